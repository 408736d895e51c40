#include "report/charts/charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/error.h"
#include "core/text.h"
#include "report/claims.h"

namespace descent::report {
namespace {

constexpr std::size_t max_lines = 8;

void add(Line& line, double x, const stats::Description& value) {
  line.x.push_back(x);
  line.y.push_back(value.mean);
  line.low.push_back(value.low.value_or(value.mean));
  line.high.push_back(value.high.value_or(value.mean));
}

std::string summary_column_with_values(const Source& source, const std::string& metric) {
  std::vector<std::string> known;
  std::ranges::copy_if(stats::measure_names(), std::back_inserter(known),
                       [&](const std::string& name) { return source.has_summary(name); });
  const std::string name = summary_column(metric);
  if (std::ranges::find(known, name) == known.end()) throw core::InputError(core::unknown("metric", metric, known));
  return name;
}

Drawing learning_curves(const Source& source, const TerminalChart& wanted) {
  std::vector<std::string> known;
  for (std::size_t i = train_loss; i < curve_names.size(); ++i)
    if (source.has[i]) known.emplace_back(curve_names[i]);
  if (std::ranges::find(known, wanted.metric) == known.end())
    throw core::InputError(core::unknown("metric", wanted.metric, known));
  const Column column = *curve_column(wanted.metric), x = wanted.over == "step" ? step : epoch;
  Drawing drawing{words_of(wanted.metric), wanted.over, false, {}};
  for (const std::size_t point : wanted.points) {
    Line line{label_of(pointers_to(source.factors), point), {}, {}, {}, {}};
    for (const auto& [at, value] : mean_curve(source, point, column, x)) add(line, at, value);
    drawing.lines.push_back(std::move(line));
  }
  return drawing;
}

Drawing factor_curves(const Source& source, const TerminalChart& wanted, const Factor& factor) {
  const std::string column = summary_column_with_values(source, wanted.metric);
  if (!factor.numeric()) throw core::InputError(fmt::format("the values of {} are not numbers", factor.path));
  Drawing drawing{words_of(column), factor.name, factor.spacing == Spacing::logarithmic, {}};
  std::map<std::string, std::map<double, stats::Description>> lines;
  std::vector<std::string> names;
  for (const std::size_t point : wanted.points) {
    const std::string name = label_of(pointers_to(source.factors, &factor), point);
    add_once(names, name);
    if (const auto described = describe_summary(source, point, column))
      lines[name].emplace(factor.number(point), *described);
  }
  for (const std::string& name : names) {
    Line line{name, {}, {}, {}, {}};
    for (const auto& [x, value] : lines[name]) add(line, x, value);
    drawing.lines.push_back(std::move(line));
  }
  return drawing;
}

}  // namespace

std::string terminal_chart(const Source& source, const TerminalChart& wanted, const CanvasOptions& options) {
  TerminalChart chart = wanted;
  if (chart.metric.empty()) chart.metric = default_metric(source.plan).substr(std::string_view("final_").size());
  const Factor* x = layout_of(source.factors, 3).x;
  if (chart.over.empty()) chart.over = x ? x->path : "epoch";
  const bool of_time = chart.over == "epoch" || chart.over == "step";
  const auto factor = std::ranges::find_if(
      source.factors, [&](const Factor& f) { return f.path == chart.over || f.name == chart.over; });
  if (!of_time && factor == source.factors.end()) {
    std::vector<std::string> known{"epoch", "step"};
    for (const Factor& each : source.factors) known.push_back(each.name);
    throw core::InputError(core::unknown("axis", chart.over, known));
  }
  Drawing drawing = of_time ? learning_curves(source, chart) : factor_curves(source, chart, *factor);

  const std::size_t all = drawing.lines.size();
  if (all > max_lines) drawing.lines.resize(max_lines);
  std::string text = draw(drawing, options);
  if (all > max_lines) text += fmt::format("the first {} of {} lines; select points after ':'\n", max_lines, all);
  return text;
}

}  // namespace descent::report
