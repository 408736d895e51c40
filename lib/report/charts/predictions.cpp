// Charts from the predictions of several runs: bias and variance, ensembles.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/text.h"
#include "report/charts/charts.h"
#include "stats/ensembles.h"

namespace descent::report {
namespace {

struct Decomposition {
  std::string name;  // the prefix of its columns
  const char *title, *axis;
};
const Decomposition decompositions[] = {{"squared", "Bias and variance of the squared error", "squared error"},
                                        {"error", "Bias and variance of the 0-1 loss", "error"},
                                        {"cross_entropy", "Bias and variance of the cross-entropy", "cross-entropy"}};

// The error or loss of ensembles against their size.
void add_sizes(const Source& source, const std::vector<stats::EnsembleScore>& ensembles, const char* measure,
               Charts& charts) {
  const auto& column = stats::ensemble_columns()[store::column_at(stats::ensemble_columns(), measure)];
  std::map<std::pair<std::string, std::int64_t>, std::vector<double>> groups;
  std::vector<std::string> series;
  std::set<double> sizes;
  Range means;
  for (const stats::EnsembleScore& ensemble : ensembles) {
    const std::optional<double> value = core::parse_number(column.get(ensemble));
    if (!value) continue;
    const std::string label = ensemble.point ? series_label(pointers_to(source.factors), *ensemble.point) : "points";
    add_once(series, label);
    groups[{label, ensemble.size}].push_back(*value);
    sizes.insert(static_cast<double>(ensemble.size));
  }
  Rows rows({"x", "y", "low", "high", "n"}, {"kind", "series"});
  for (const auto& [key, values] : groups) {
    const stats::Description value = stats::describe(values);
    means.add(value.mean);
    rows.add({static_cast<double>(key.second)}, value, {"mean", key.first});
  }
  if (rows.size() < 2 || series.size() > 8) return;
  Axis x{"networks in the ensemble", {{"type", "log"}, {"nice", false}, {"padding", 12}}};
  x.ticks.assign(sizes.begin(), sizes.end());
  const Axis y = value_axis(fmt::format("test {}", measure), means, means, false, source.scale);
  const Json tooltips = mean_tooltip({tooltip("series", "point"), tooltip("x", "networks")}, "y", "mean", "groups");
  const auto mark =
      marks_sharing({{"x", quantitative("x", x)}, {"y", quantitative("y", y)}, {"color", colors(series, "")}});
  const auto layers = Json::array({mark("mean", {{"type", "rule"}, {"strokeWidth", 1.5}}, interval("y", y)),
                                   mark("mean", {{"type", "line"}}, Json::object()),
                                   mark("mean", point_mark(60), {{"tooltip", tooltips}})});
  add_chart({fmt::format("ensembles_{}", measure), fmt::format("Ensembles: test {} by size", measure),
             "Ensembles average the predictions of their networks; mean over the groups with its 95 % interval.",
             panels(rows, {}, layers, 320, y)},
            charts);
}

}  // namespace

void add_bias_variance(const Source& source, Charts& charts) {
  const auto points = stats::bias_variance_of(source.results, source.plan, true);
  for (const auto& [name, title, axis] : decompositions) {
    Measures measures{"bias_variance_" + name, title, axis, {}};
    measures.shows_runs = false;
    for (const auto& column : stats::bias_variance_columns()) {
      if (!column.name.starts_with(name + "_")) continue;
      std::vector<double> values(source.plan.runs.size(), nan);
      for (const auto& point : points)
        stats::set_pseudo_values(point, stats::bias_variance_columns(), column.name, values);
      std::string part = words_of(column.name.substr(name.size() + 1));
      if (column.name == "squared_bias") part = "bias\u00b2";
      if (std::ranges::any_of(values, [](double value) { return std::isfinite(value); }))
        measures.all.push_back({part, [values](std::size_t run) { return values[run]; }});
    }
    if (!measures.all.empty()) add_factor_chart(source, measures, charts);
  }
}

void add_ensembles(const Source& source, Charts& charts) {
  const auto ensembles = stats::ensembles_of(source.results, source.plan);
  add_sizes(source, ensembles, "error", charts);
  add_sizes(source, ensembles, "loss", charts);
}

}  // namespace descent::report
