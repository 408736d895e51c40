#include <algorithm>
#include <utility>

#include "report/charts/charts.h"
#include "report/charts/plots.h"

namespace descent::report {
namespace {

// Of one evaluation that the summary names: "final_".
void add(const Source& source, const std::string& measure, Charts& charts) {
  Measures measures{"final_" + measure, "Final " + words_of(measure), words_of(measure), {}, true};
  for (const auto& [split, column] : {std::pair{"test", "final_test_"},
                                      {"training", "final_train_"},
                                      {"test, best validation", "best_test_"},
                                      {"test, restored weights", "restored_test_"}}) {
    const std::string name = column + measure;
    if (source.has_summary(name))
      measures.all.push_back({split, [&source, name](std::size_t run) { return source.summary_value(run, name); }});
  }
  if (!measures.all.empty()) add_factor_chart(source, measures, charts);
}

}  // namespace

void add_factor_chart(const Source& source, const Measures& measures, Charts& charts) {
  if (layout_of(source.factors, 3).x >= 0) add_lines(source, measures, charts);
  else add_bars(source, measures, charts);
}

void add_final_values(const Source& source, Charts& charts) {
  add(source, "error", charts);
  add(source, "loss", charts);
}

Charts charts_of(Source&& source, const std::vector<config::Plot>& plots) {
  using config::ChartKind;
  constexpr std::pair<ChartKind, void (*)(const Source&, Charts&)> chosen[] = {
      {ChartKind::final_values, add_final_values}, {ChartKind::heat_maps, add_heat_maps},
      {ChartKind::differences, add_differences},   {ChartKind::bias_variance, add_bias_variance},
      {ChartKind::ensembles, add_ensembles},       {ChartKind::probes, add_probes},
      {ChartKind::curves, add_learning_curves},
  };
  Charts charts;
  for (const config::Plot& plot : plots)
    if (plot.chart == ChartKind::metric) add_plot(source, plot, charts);
  for (const auto& [kind, add] : chosen) {
    const auto plot = std::ranges::find(plots, kind, &config::Plot::chart);
    if (plot != plots.end() && plot->remove) continue;
    source.scale = plot == plots.end() ? config::PlotScale::automatic : plot->scale;
    add(source, charts);
  }
  return charts;
}

}  // namespace descent::report
