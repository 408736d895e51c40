// What the predictions of several runs together say: bias and variance, ensembles.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/charts/charts.h"
#include "stats/ensembles.h"
#include "stats/stats.h"

namespace descent::report {
namespace {

using stats::BiasVariance;
using Field = std::optional<double> BiasVariance::*;

struct Decomposition {
  const char *name, *title, *axis;
  std::vector<std::pair<const char*, Field>> parts;
};
using B = BiasVariance;
const Decomposition decompositions[] = {
    {"bias_variance_squared",
     "Bias and variance of the squared error",
     "squared error",
     {{"risk", &B::squared_risk}, {"bias\u00b2", &B::squared_bias}, {"variance", &B::squared_variance}}},
    {"bias_variance_error",
     "Bias and variance of the 0-1 loss",
     "error",
     {{"risk", &B::error_risk},
      {"bias", &B::error_bias},
      {"variance where right", &B::error_variance_where_right},
      {"variance where wrong", &B::error_variance_where_wrong}}},
    {"bias_variance_cross_entropy",
     "Bias and variance of the cross-entropy",
     "cross-entropy",
     {{"risk", &B::cross_entropy_risk}, {"bias", &B::cross_entropy_bias}, {"variance", &B::cross_entropy_variance}}}};

// By run of the plan: the jackknife's pseudo-values, whose mean and interval are those of the statistic.
std::map<std::size_t, double> by_run(const std::vector<BiasVariance>& points, Field field) {
  std::map<std::size_t, double> values;
  for (const BiasVariance& point : points) {
    if (!(point.*field)) continue;
    std::vector<double> without;
    for (const BiasVariance& rest : point.without)
      if (rest.*field) without.push_back(*(rest.*field));
    std::vector<double> pseudo(point.members.size(), *(point.*field));
    if (without.size() == point.members.size()) pseudo = stats::pseudo_values(*(point.*field), without);
    for (std::size_t i = 0; i < point.members.size(); ++i) values[point.members[i]] = pseudo[i];
  }
  return values;
}

// An ensemble's score as rows of a line over the size.
void add_sizes(const Source& source, const std::vector<stats::EnsembleScore>& ensembles, const char* measure,
               std::optional<double> (*score)(const stats::Score&), Charts& charts) {
  std::map<std::pair<std::string, std::int64_t>, std::vector<double>> groups;
  std::vector<std::string> series;
  std::vector<double> sizes;
  Range means;
  for (const stats::EnsembleScore& ensemble : ensembles) {
    const std::optional<double> value = score(ensemble.score);
    if (!value) continue;
    const std::string label = ensemble.point ? series_label(all_of(source.factors), *ensemble.point) : "points";
    add_once(series, label);
    groups[{label, ensemble.size}].push_back(*value);
    sizes.push_back(static_cast<double>(ensemble.size));
  }
  Rows rows({"x", "y", "low", "high", "n"}, {"kind", "series"});
  for (const auto& [key, values] : groups) {
    const stats::Description value = stats::describe(values);
    means.add(value.mean);
    rows.add({static_cast<double>(key.second)}, value, {"mean", key.first});
  }
  if (rows.size() < 2 || series.size() > 8) return;
  Axis x{"networks in the ensemble", {{"type", "log"}, {"nice", false}, {"padding", 12}}};
  std::ranges::sort(sizes);
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  x.ticks = sizes;
  const Axis y = value_axis(fmt::format("test {}", measure), means, means, false, source.scale);
  const Json all_tips = mean_tips({tip("series", "point"), tip("x", "networks")}, "y", "mean", "groups");
  const auto with = shared_by_layers({{"x", number("x", x)}, {"y", number("y", y)}, {"color", colors(series, "")}});
  const auto layers =
      Json::array({with("mean", {{"type", "rule"}, {"strokeWidth", 1.5}}, interval("y", y)),
                   with("mean", {{"type", "line"}}, Json::object()), with("mean", dots(60), {{"tooltip", all_tips}})});
  add_chart({fmt::format("ensembles_{}", measure), fmt::format("Ensembles: test {} by size", measure),
             "The predictions of so many networks averaged; mean over the groups with its 95 % interval.",
             panels(rows, {}, layers, 320, y)},
            charts);
}

}  // namespace

void add_bias_variance(const Source& source, Charts& charts) {
  const std::vector<BiasVariance> points = stats::bias_variance_of(source.results, source.plan, true);
  for (const Decomposition& decomposition : decompositions) {
    Measures measures{decomposition.name, decomposition.title, decomposition.axis, {}};
    for (const auto& [name, field] : decomposition.parts) {
      const std::map<std::size_t, double> values = by_run(points, field);
      if (!values.empty())
        measures.all.push_back({name, [values](std::size_t run) {
                                  const auto found = values.find(run);
                                  return found == values.end() ? nan : found->second;
                                }});
    }
    measures.shows_runs = false;
    if (!measures.all.empty()) add_factor_chart(source, measures, charts);
  }
}

void add_ensembles(const Source& source, Charts& charts) {
  const std::vector<stats::EnsembleScore> ensembles = stats::ensembles_of(source.results, source.plan);
  add_sizes(
      source, ensembles, "error", [](const stats::Score& score) { return score.error; }, charts);
  add_sizes(
      source, ensembles, "loss", [](const stats::Score& score) { return std::optional(score.loss); }, charts);
}

}  // namespace descent::report
