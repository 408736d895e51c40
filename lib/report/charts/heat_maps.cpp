#include <fmt/format.h>

#include <algorithm>

#include "report/charts/charts.h"

namespace descent::report {
namespace {

constexpr std::size_t min_rows = 5, min_columns = 10, max_columns = 80, max_heat_maps = 6, min_levels_of_two = 4;

Json color_scale(const Source& source, const std::string& title, const Range& values) {
  Json scale{{"scheme", "viridis"}, {"reverse", true}};
  if (value_axis(title, values, values, false, source.scale).floor > 0) scale["type"] = "log";
  else scale["zero"] = false;
  return {{"field", "value"},
          {"type", "quantitative"},
          {"scale", scale},
          {"legend", {{"title", title}, {"gradientLength", 160}}}};
}

std::vector<std::string> descending(const Factor& factor) { return {factor.levels.rbegin(), factor.levels.rend()}; }

Json rows_of(const Factor& factor) {
  Json y = nominal("level", descending(factor));
  y["title"] = factor.title();
  y["axis"] = {{"grid", false}, {"ticks", false}, {"domain", false}};
  return y;
}

int height_of(const Factor& factor) { return std::clamp<int>(static_cast<int>(factor.levels.size()) * 22, 160, 360); }

// The mean of a curve by the level of a numeric factor and time.
void add_time_map(const Source& source, Column column, Charts& charts) {
  const Layout layout = layout_of(source.factors, min_rows);
  if (!layout.x || !source.has[column]) return;
  const Factor& factor = *layout.x;
  const Factors others = pointers_to(source.factors, &factor);
  const Time time = time_of(source, column);
  Rows rows({"x", "x2", "value", "n"}, {"kind", "panel", "level"});
  std::vector<std::string> panels_;
  Range values;
  for (std::size_t point = 0; point < source.plan.points.size(); ++point) {
    const std::string panel = label_of(others, point);
    const std::vector<MeanAt> curve = mean_curve(source, point, column, time.column, max_columns, time.logarithmic);
    if (curve.size() < min_columns) continue;
    add_once(panels_, panel);
    for (std::size_t i = 0; i + 1 < curve.size(); ++i) {
      const MeanAt& at = curve[i + 1];
      values.add(at.value.mean);
      rows.add({curve[i].x, at.x, at.value.mean, static_cast<double>(at.value.n)},
               {"cell", panel, factor.level(point)});
    }
  }
  if (rows.empty() || panels_.size() > max_heat_maps || !time.common) return;
  const std::string words = words_of(curve_names[column]);
  Json cells = layer("cell", {{"type", "rect"}, {"clip", true}},
                     {{"x", quantitative("x", time.axis)},
                      {"x2", {{"field", "x2"}}},
                      {"y", rows_of(factor)},
                      {"color", color_scale(source, words, values)},
                      {"tooltip", Json::array({tooltip("level", factor.title()), tooltip("x2", time.axis.title),
                                               tooltip("value", "mean"), tooltip("n", "n")})}});
  cells["encoding"]["x"]["axis"]["grid"] = false;
  add_chart({fmt::format("{}_over_time", curve_names[column]),
             capitalized(fmt::format("{} by {} and {}", words, factor.title(), time.axis.title)),
             "Mean over the seeds at each evaluation.", panels(rows, panels_, Json::array({cells}), height_of(factor))},
            charts);
}

// A final value by the levels of two numeric factors.
void add_two_numbers(const Source& source, const std::string& column, Charts& charts) {
  Factors numbers, others;
  for (const Factor* factor : pointers_to(source.factors)) {
    const bool is_axis = factor->numeric() && factor->levels.size() >= min_levels_of_two && numbers.size() < 2;
    (is_axis ? numbers : others).push_back(factor);
  }
  if (numbers.size() < 2 || !source.has_summary(column)) return;
  const Factor &across = *numbers[0], &up = *numbers[1];
  Rows rows({"value", "low", "high", "n"}, {"kind", "panel", "level", "across"});
  std::vector<std::string> panels_;
  Range means;
  for (std::size_t point = 0; point < source.plan.points.size(); ++point) {
    const auto value = describe_summary(source, point, column);
    if (!value) continue;
    means.add(value->mean);
    const std::string panel = label_of(others, point);
    add_once(panels_, panel);
    rows.add({}, *value, {"cell", panel, up.level(point), across.level(point)});
  }
  if (rows.empty() || panels_.size() > max_heat_maps) return;
  const std::string words = words_of(column);
  Json x = nominal("across", across.levels);
  x["title"] = across.title();
  x["axis"] = {{"grid", false}, {"ticks", false}, {"labelAngle", 0}, {"labelOverlap", true}};
  const Json tooltips = mean_tooltip({tooltip("across", across.title()), tooltip("level", up.title())}, "value");
  const Json cells =
      layer("cell", {{"type", "rect"}},
            {{"x", x}, {"y", rows_of(up)}, {"color", color_scale(source, words, means)}, {"tooltip", tooltips}});
  add_chart({column + "_map", capitalized(fmt::format("{} by {} and {}", words, across.title(), up.title())),
             "Mean over the seeds.", panels(rows, panels_, Json::array({cells}), height_of(up))},
            charts);
}

}  // namespace

void add_heat_maps(const Source& source, Charts& charts) {
  for (const auto& [test, train] : {std::pair{test_error, train_error}, {test_loss, train_loss}}) {
    const Column column = source.has[test] ? test : train;
    add_two_numbers(source, std::string("final_") + curve_names[column], charts);
    add_time_map(source, column, charts);
  }
}

}  // namespace descent::report
