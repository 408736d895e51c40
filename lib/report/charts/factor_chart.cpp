#include <algorithm>
#include <iterator>
#include <utility>

#include "report/charts/charts.h"

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

// Those of the charts that a plot changes or removes.
void change_charts(Source& source, const config::Plot& plot, void (*add)(const Source&, Charts&), Charts& charts) {
  const auto is_meant = [&](const Chart& chart) {
    return plot.metric.empty() || ("_" + chart.name + "_").find("_" + plot.metric + "_") != std::string::npos;
  };
  if (plot.remove) std::erase_if(charts, is_meant);
  if (plot.scale != config::PlotScale::automatic) {
    Charts scaled;
    source.scale = plot.scale;
    add(source, scaled);
    for (Chart& chart : charts)
      if (is_meant(chart)) chart.spec = std::ranges::find(scaled, chart.name, &Chart::name)->spec;
  }
  if (!plot.title.empty())
    for (Chart& chart : charts)
      if (is_meant(chart)) chart.title = plot.title;
}

}  // namespace

Axis MeasureChart::axis() const {
  return value_axis(measures_.axis, main_, all_, measures_.axis.ends_with("error"), source_.scale);
}

std::optional<stats::Description> MeasureChart::add_values(const Measured& measured, std::size_t point,
                                                           const std::vector<double>& numbers, std::string_view kind,
                                                           const std::string& place, const std::string& series) {
  std::vector<double> values;
  for (const std::size_t run : source_.runs_of(point)) {
    values.push_back(measured.value(run));
    if (!is_main(measured) || !shows_runs() || !std::isfinite(values.back())) continue;
    std::vector<double> all = numbers;
    all.push_back(values.back());
    rows_.add(all, {"run", place, series, measured.split, source_.plan.runs[run].id().substr(0, 8),
                    std::to_string(source_.plan.runs[run].seed)});
  }
  const auto value = describe_finite(values);
  if (!value) return value;
  all_.add(value->mean);
  if (is_main(measured)) main_.add(value->mean);
  rows_.add(numbers, *value, {kind, place, series, measured.split});
  return value;
}

void add_factor_chart(const Source& source, const Measures& measures, Charts& charts) {
  if (layout_of(source.factors, 3).x) add_lines(source, measures, charts);
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
  const std::vector<Factor> apart = source.factors, together = joined(apart);
  for (const auto& [kind, add] : chosen) {
    Charts found;
    source.factors = kind == ChartKind::differences ? apart : together;
    source.scale = config::PlotScale::automatic;
    add(source, found);
    for (const config::Plot& plot : plots)
      if (plot.chart == kind) change_charts(source, plot, add, found);
    std::ranges::move(found, std::back_inserter(charts));
  }
  return charts;
}

}  // namespace descent::report
