#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "claims/claims.h"
#include "core/error.h"
#include "report/charts/charts.h"
#include "report/claims.h"

namespace descent::report {
namespace {

constexpr std::size_t max_levels = 6, max_differences = 40;

// A selection as in claims: "init='he_normal'".
std::string selection(const Factor& factor, std::size_t level) {
  return fmt::format("{}='{}'", factor.name, factor.levels[level]);
}

}  // namespace

void add_differences(const Source& source, Charts& charts) {
  const auto category = std::ranges::find_if(source.factors, [](const Factor& factor) {
    return !factor.numeric() && factor.levels.size() <= max_levels &&
           std::ranges::none_of(factor.levels, [](const std::string& level) { return level.find('\'') != level.npos; });
  });
  if (category == source.factors.end() || source.seeds < 2) return;
  const std::string metric = default_metric(source.plan);
  Rows rows({"x", "low", "high", "n"}, {"kind", "label", "series"});
  std::vector<std::string> labels, series;
  std::set<std::string> seen;
  for (std::size_t level = 1; level < category->levels.size(); ++level) try {
      for (const claims::Comparison& comparison :
           claims::compare({source.plan, source.results, selection(*category, level)},
                           {source.plan, source.results, selection(*category, 0)}, metric)) {
        if (!comparison.difference || !comparison.difference->sd) continue;
        const stats::Description& difference = *comparison.difference;
        const std::string label = comparison.where.empty() ? category->levels[level] : comparison.where;
        if (!seen.insert(label + "/" + category->levels[level]).second) return;  // other factors differ too
        add_once(labels, label);
        add_once(series, category->levels[level]);
        rows.add({}, difference, {"mean", label, category->levels[level]});
      }
    } catch (const core::InputError&) {  // these levels have no points in common
    }
  if (rows.empty() || rows.size() > max_differences) return;
  const std::string words = words_of(metric);
  Json y = nominal("label", labels);
  y["axis"] = {{"labelLimit", 260}, {"labelPadding", 6}, {"ticks", false}, {"domain", false}};
  Json color = colors(series, category->title());
  color["scale"]["domain"] = category->levels;  // as in other charts
  if (series.size() > 1) color["legend"]["values"] = series;
  const std::string title = fmt::format("difference of the {}", words);
  Json common{{"x", quantitative("x", {title, {{"zero", true}}})}, {"y", y}, {"color", color}};
  if (series.size() > 1) common["yOffset"] = nominal("series", series);
  const auto mark = marks_sharing(common);
  const Json tooltips =
      mean_tooltip({tooltip("label", "point"), tooltip("series", category->title())}, "x", "difference", "pairs");
  const Json zero{{"mark", {{"type", "rule"}, {"strokeDash", {3, 3}}}}, {"encoding", {{"x", {{"datum", 0}}}}}};
  const auto layers = Json::array({zero, mark("mean", {{"type", "rule"}, {"strokeWidth", 2.5}}, interval("x", {title})),
                                   mark("mean", point_mark(70), {{"tooltip", tooltips}})});
  add_chart(
      {"differences", fmt::format("Differences of the {} from {} = {}", words, category->title(), category->levels[0]),
       "Mean of the differences paired by seed, with its 95 % interval. An interval that excludes 0 is a difference.",
       panels(rows, {}, layers, static_cast<int>(labels.size() * (16 * series.size() + 12)))},
      charts);
}

}  // namespace descent::report
