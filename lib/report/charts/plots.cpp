#include "report/charts/charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "claims/domain.h"
#include "core/error.h"
#include "core/text.h"

namespace descent::report {
namespace {

using config::ChartKind;

bool is_time(std::string_view name) { return name == "epoch" || name == "step"; }

std::vector<std::string> metrics() {
  std::vector<std::string> names(curve_names.begin() + train_loss, curve_names.end());
  names.insert(names.end(), stats::measure_names().begin(), stats::measure_names().end());
  return names;
}

// The metrics that distinguish the charts of one kind, as in their names.
std::vector<std::string> metrics_of(ChartKind kind) {
  switch (kind) {
    case ChartKind::metric:
    case ChartKind::differences: return {};
    case ChartKind::final_values:
    case ChartKind::heat_maps:
    case ChartKind::ensembles:
    case ChartKind::curves: return {"error", "loss"};
    case ChartKind::bias_variance: return {"squared", "error", "cross_entropy"};
    case ChartKind::probes: return config::choices_of(config::ProbeName{}).names();
  }
  __builtin_unreachable();
}

// Reports the mistakes in one plot.
class PlotCheck {
 public:
  PlotCheck(const config::Plot& plot, std::size_t index, config::Problems& problems)
      : plot_(plot), index_(index), problems_(problems) {}

  void check_keys() {
    if (plot_.chart == ChartKind::metric) {
      if (plot_.remove) fail("remove", "needs \"chart\", which names the charts to remove");
      else if (plot_.metric.empty()) fail("", "needs \"metric\", or \"chart\" to change charts of the report");
      else metric_is_one_of(metrics(), "metric");
      return;
    }
    const bool one = plot_.chart == ChartKind::differences;  // a single chart, without a choice of metrics
    for (const auto& [key, is_given] : {std::pair{"metric", one && !plot_.metric.empty()},
                                        {"over", !plot_.over.empty()},
                                        {"by", !plot_.by.empty()},
                                        {"where", !plot_.where.empty()}})
      if (is_given) fail(key, fmt::format("has no effect with the chart {}", core::quoted(name_of(plot_.chart))));
    if (!one && !plot_.metric.empty())
      metric_is_one_of(metrics_of(plot_.chart), fmt::format("metric of {}", name_of(plot_.chart)));
    if (!one && plot_.metric.empty() && !plot_.title.empty()) fail("title", "needs \"metric\" to select one chart");
    const bool scaled = plot_.scale != config::PlotScale::automatic;
    if (!plot_.remove && !scaled && plot_.title.empty()) fail("", "needs \"scale\", \"title\" or \"remove\": true");
    if (scaled && one) fail("scale", "the chart of differences is always linear");
  }

  void check_against(const plan::Plan& plan) {
    if (plot_.chart != ChartKind::metric) return;
    const claims::Domain domain(plan);
    std::vector<std::string> factors, axes{"epoch", "step"};
    for (const std::string& factor : plan.factors) factors.push_back(domain.short_name(factor));
    axes.insert(axes.end(), factors.begin(), factors.end());
    const auto varies = [&](const std::string& name) {
      return std::ranges::find(factors, name) != factors.end() ||
             std::ranges::find(plan.factors, name) != plan.factors.end();
    };
    if (!plot_.over.empty() && !is_time(plot_.over) && !varies(plot_.over))
      fail("over", core::unknown("axis", plot_.over, axes));
    if (is_time(plot_.over) && !plot_.metric.empty() && !curve_column(plot_.metric))
      fail("over", fmt::format("{} has only one value per run; remove \"over\"", plot_.metric));
    if (!plot_.by.empty() && !varies(plot_.by)) fail("by", core::unknown("factor", plot_.by, factors));
    if (!plot_.by.empty() && plot_.by == plot_.over) fail("by", "is already the horizontal axis");
    try {
      claims::select_points(plot_.where, plan);
    } catch (const core::InputError& error) {
      for (const core::Problem& problem : error.problems()) fail("where", problem.message);
    }
    const std::string_view reason = why_empty(plan);
    if (!reason.empty()) fail("metric", fmt::format("{} is empty: {}", plot_.metric, reason));
  }

 private:
  void fail(std::string_view key, std::string message) {
    const std::string dot = key.empty() ? "" : ".", slash = key.empty() ? "" : "/";
    problems_.add(fmt::format("/plots/{}{}{}", index_, slash, key), fmt::format("plots[{}]{}{}", index_, dot, key),
                  std::move(message));
  }

  void metric_is_one_of(const std::vector<std::string>& known, std::string_view what) {
    if (std::ranges::find(known, plot_.metric) == known.end()) fail("metric", core::unknown(what, plot_.metric, known));
  }

  // Why no point has the metric; "" if one has it.
  std::string_view why_empty(const plan::Plan& plan) const {
    const std::string column = summary_column(plot_.metric);
    std::string_view reason;
    if (column.empty()) return reason;
    const auto& needs = store::summary_columns()[store::column_at(store::summary_columns(), column)].needs;
    for (const plan::Point& point : plan.points)
      if (reason = store::why_empty(needs, point.experiment); reason.empty()) break;
    return reason;
  }

  const config::Plot& plot_;
  const std::size_t index_;
  config::Problems& problems_;
};

// The plan restricted to some of its points.
plan::Plan sub_plan(const plan::Plan& whole, const std::vector<std::size_t>& points) {
  plan::Plan part{whole.name, whole.factors, {}, {}, whole.hash};
  const std::size_t seeds = whole.runs.size() / whole.points.size();
  for (const std::size_t point : points) {
    for (std::size_t run = point * seeds; run < (point + 1) * seeds; ++run) {
      part.runs.push_back(whole.runs[run]);
      part.runs.back().point = part.points.size();
    }
    part.points.push_back(whole.points[point]);
  }
  return part;
}

// Changes or removes the charts that a plot names.
void change_charts(Source& source, const config::Plot& plot, void (*add)(const Source&, Charts&), Charts& charts) {
  const auto is_named = [&](const Chart& chart) {
    return plot.metric.empty() || ("_" + chart.name + "_").find("_" + plot.metric + "_") != std::string::npos;
  };
  if (plot.remove) std::erase_if(charts, is_named);
  if (plot.scale != config::PlotScale::automatic) {
    Charts scaled;
    source.scale = plot.scale;
    add(source, scaled);
    for (Chart& chart : charts)
      if (is_named(chart)) chart.spec = std::ranges::find(scaled, chart.name, &Chart::name)->spec;
  }
  if (!plot.title.empty())
    for (Chart& chart : charts)
      if (is_named(chart)) chart.title = plot.title;
}

// Adds the chart of a metric.
void add_plot(const Source& whole, const config::Plot& plot, Charts& charts) {
  const std::string column = summary_column(plot.metric);
  if (column.empty()) return;  // reported by check_plots
  const std::vector<std::size_t> points = claims::select_points(plot.where, whole.plan);
  const plan::Plan plan = sub_plan(whole.plan, points);
  Source source(plan, whole, points);
  source.scale = plot.scale;
  const Factor* over = nullptr;
  for (Factor& factor : source.factors) {
    if (plot.by == factor.path || plot.by == factor.name) factor.role = Role::color;
    if (plot.over != factor.path && plot.over != factor.name) continue;
    factor.role = Role::x;
    over = &factor;
  }
  const std::optional<Column> curve = curve_column(plot.metric);
  const bool of_time = is_time(plot.over) || (plot.over.empty() && !layout_of(source.factors, 3).x);
  Charts found;
  if (curve && of_time) {
    if (!plot.over.empty()) source.time = plot.over == "step" ? step : epoch;
    add_curve(source, *curve, found);
  } else {
    const std::string words = words_of(column);
    const bool final = words.starts_with("final ");
    Measures measures{"", capitalized(words), final ? words.substr(std::string_view("final ").size()) : words, {}};
    measures.has_threshold = column.starts_with("final_test_");
    measures.all.push_back({measures.axis, [&](std::size_t run) { return source.summary_value(run, column); }});
    if (over && !over->numeric()) add_bars(source, measures, found);
    else add_factor_chart(source, measures, found);
  }
  for (Chart& chart : found) {
    std::string name =
        plot.metric + (plot.over.empty() ? "" : "_over_" + plot.over) + (plot.by.empty() ? "" : "_by_" + plot.by);
    std::ranges::replace(name, '.', '_');
    chart.name = name;
    for (int i = 2; std::ranges::find(charts, chart.name, &Chart::name) != charts.end(); ++i)
      chart.name = fmt::format("{}_{}", name, i);
    if (!plot.title.empty()) chart.title = plot.title;
    charts.push_back(std::move(chart));
  }
}

}  // namespace

std::string summary_column(std::string_view metric) {
  for (const std::string& name : {std::string(metric), fmt::format("final_{}", metric)})
    if (std::ranges::any_of(store::summary_columns(), [&](const auto& column) { return column.name == name; }))
      return name;
  return "";
}

void check_plots(const config::Document& document, config::Problems& problems) {
  const auto& plots = document.base.plots;
  for (std::size_t i = 0; i < plots.size(); ++i) PlotCheck(plots[i], i, problems).check_keys();
  if (plots.empty() || document.points.empty() || !problems.empty()) return;
  const plan::Plan plan = plan::make_plan(document);
  for (std::size_t i = 0; i < plots.size(); ++i) PlotCheck(plots[i], i, problems).check_against(plan);
}

Charts charts_of(Source&& source, const std::vector<config::Plot>& plots) {
  constexpr std::pair<ChartKind, void (*)(const Source&, Charts&)> automatic[] = {
      {ChartKind::final_values, add_final_values}, {ChartKind::heat_maps, add_heat_maps},
      {ChartKind::differences, add_differences},   {ChartKind::bias_variance, add_bias_variance},
      {ChartKind::ensembles, add_ensembles},       {ChartKind::probes, add_probes},
      {ChartKind::curves, add_learning_curves},
  };
  Charts charts;
  for (const config::Plot& plot : plots)
    if (plot.chart == ChartKind::metric) add_plot(source, plot, charts);
  const std::vector<Factor> separate = source.factors, merged = merge_categories(separate);
  for (const auto& [kind, add] : automatic) {
    Charts found;
    source.factors = kind == ChartKind::differences ? separate : merged;
    source.scale = config::PlotScale::automatic;
    add(source, found);
    for (const config::Plot& plot : plots)
      if (plot.chart == kind) change_charts(source, plot, add, found);
    std::ranges::move(found, std::back_inserter(charts));
  }
  return charts;
}

}  // namespace descent::report
