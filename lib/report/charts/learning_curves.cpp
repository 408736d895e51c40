#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "report/charts/charts.h"

namespace descent::report {
namespace {

constexpr std::size_t max_curve_panels = 24, max_colored = 4, max_run_rows = 30000;
constexpr double far_above = 3;

struct Split {
  Column column;
  std::string name;
};

// One panel per point, or per group of points that differ in only one category, which is then the color.
Layout group(const std::vector<Factor>& factors) {
  return choose_color(factors, nullptr, [&](const Factor& factor) -> std::size_t {
    if (factor.role == Role::color) return SIZE_MAX;
    const bool is_group = factor.levels.size() <= max_colored && (!factor.numeric() || factors.size() == 1);
    return is_group ? factor.levels.size() : 0;
  });
}

class LearningCurves {
 public:
  LearningCurves(const Source& source, std::vector<Split> splits)
      : source_(source), splits_(std::move(splits)), grouping_(group(source.factors)),
        time_(time_of(source, splits_[0].column)) {}

  void add(const std::string& measure, Charts& charts) {
    choose_points();
    for (const std::size_t point : points_) add_point(point);
    if (rows_.empty()) return;
    const std::string title = words_of(measure);
    if (!begins_far_above())
      for (Range* range : {&main_, &all_}) range->add(untrained_.min), range->add(untrained_.max);
    Axis axis = value_axis(title, main_, all_, measure.ends_with("error"), source_.scale);
    if (begins_far_above() && !(axis.floor > 0)) {
      axis.scale["domainMax"] = all_.max * 1.1;
      axis.ceiling = all_.max * 1.2;  // outside the chart but near: very long lines lose their dashes
    }
    Json spec = panels(rows_, panels_, layers(axis), 320, axis);
    if (!time_.common && spec.contains("facet")) spec["resolve"] = {{"scale", {{"x", "independent"}}}};
    add_chart({"learning_curves_" + measure, "Learning curves: " + title, caption(), std::move(spec)}, charts);
  }

 private:
  // True if the untrained networks are so far above that the axis leaves them out.
  bool begins_far_above() const { return untrained_.max > far_above * all_.max; }

  std::string panel_of(std::size_t point) const { return label_of(grouping_.panel, point); }

  std::string series_of(std::size_t point, const std::string& split) const {
    return grouping_.color ? grouping_.color->level(point) : split;
  }

  bool has_curve(std::size_t point) const {
    return std::ranges::any_of(source_.runs_of(point), [&](std::size_t run) { return source_.curves[run].size() > 2; });
  }

  // Selects the points to show: of many panels, evenly spaced ones.
  void choose_points() {
    std::vector<std::string> all;
    for (std::size_t point = 0; point < source_.plan.points.size(); ++point)
      if (has_curve(point)) add_once(all, panel_of(point));
    for (const std::size_t i : thinned(all.size(), max_curve_panels, false)) panels_.push_back(all[i]);
    all_panels_ = all.size();
    for (std::size_t point = 0; point < source_.plan.points.size(); ++point)
      if (has_curve(point) && std::ranges::find(panels_, panel_of(point)) != panels_.end()) points_.push_back(point);
    std::size_t runs = 0;
    for (const std::size_t point : points_) runs += source_.runs_of(point).size();
    rows_of_run_ = std::clamp<std::size_t>(max_run_rows / std::max<std::size_t>(runs, 1), 16, 100);
  }

  void add_point(std::size_t point) {
    const std::string panel = panel_of(point);
    for (const Split& split : splits_) {
      const std::string series = series_of(point, split.name);
      const std::size_t most = points_.size() > 12 ? 60 : 120;
      for (const MeanAt& at : mean_curve(source_, point, split.column, time_.column, most, time_.logarithmic)) {
        add_once(series_, series);
        rows_.add({at.x}, at.value, {"mean", panel, series, split.name});
        if (at.x == 0) {
          untrained_.add(at.value.mean);
          continue;
        }
        all_.add(at.value.mean);
        if (&split == splits_.data()) main_.add(at.value.mean);
      }
    }
    add_runs(point, panel);
    if (splits_[0].name != "test") return;  // the marks show test values
    add_mark(point, panel, "best", "best_", "best validation value");
    add_mark(point, panel, "stop", "stopped_", "early stopping");
  }

  // Adds the single runs, of the main split only.
  void add_runs(std::size_t point, const std::string& panel) {
    if (source_.seeds < 2) return;
    const std::string series = series_of(point, splits_[0].name);
    for (const std::size_t run : source_.runs_of(point)) {
      const auto& curve = source_.curves[run];
      for (const std::size_t i : thinned(curve.size(), rows_of_run_, time_.logarithmic))
        if (std::isfinite(curve[i][splits_[0].column]))
          rows_.add({curve[i][time_.column], curve[i][splits_[0].column]},
                    {"run", panel, series, splits_[0].name, source_.plan.runs[run].id().substr(0, 8),
                     std::to_string(source_.plan.runs[run].seed)});
    }
  }

  // Marks the mean position of an evaluation that summary.csv names.
  void add_mark(std::size_t point, const std::string& panel, const char* kind, const std::string& prefix,
                const char* what) {
    const auto x = describe_summary(source_, point, prefix + curve_names[time_.column]),
               y = describe_summary(source_, point, prefix + curve_names[splits_[0].column]);
    if (!x || !y) return;
    add_once(marks_, what);
    rows_.add({x->mean, y->mean, x->low.value_or(nan), x->high.value_or(nan), static_cast<double>(x->n)},
              {kind, panel, series_of(point, splits_[0].name), what});
  }

  Json layers(const Axis& axis) const {
    const Json color = colors(series_, grouping_.color ? grouping_.color->title() : ""), detail{{"field", "split"}},
               detail_run{{"field", "run"}};
    std::vector<std::string> splits;
    for (const Split& split : splits_) splits.push_back(split.name);
    const auto mark =
        marks_sharing({{"x", quantitative("x", time_.axis)}, {"y", quantitative("y", axis)}, {"color", color}});
    const Json x_tip = tooltip("x", time_.axis.title),
               run_tips = Json::array({tooltip("panel", "point"), tooltip("series", "series"), tooltip("seed", "seed"),
                                       tooltip("run", "run")});
    auto all = Json::array();
    all.push_back(mark("mean", {{"type", "area"}, {"clip", true}, {"opacity", 0.18}}, band(axis)));
    if (source_.seeds > 1) {
      all.push_back(mark("run", {{"type", "line"}, {"clip", true}, {"strokeWidth", 1.5}},
                         {{"detail", detail_run}, {"opacity", opacity_unless_hovered(0.16)}}));
      // Invisible and broad, to be found by the mouse.
      all.push_back(mark("run", {{"type", "line"}, {"clip", true}, {"strokeWidth", 8}, {"opacity", 0}},
                         {{"detail", detail_run}, {"tooltip", run_tips}}));
      all.back()["params"] = hover_selection("run");
    }
    all.push_back(mark("mean", {{"type", "line"}, {"clip", true}, {"strokeWidth", 2}},
                       {{"strokeDash", dashes(splits, grouping_.color != nullptr)}}));
    all.push_back(
        mark("mean", {{"type", "point"}, {"clip", true}, {"size", 50}, {"filled", true}, {"opacity", 0}},
             {{"detail", detail},
              {"tooltip", mean_tooltip({tooltip("series", "series"), tooltip("split", "split"), x_tip}, "y")}}));
    for (const auto& [kind, shape] : {std::pair{"best", "diamond"}, {"stop", "square"}})
      if (!marks_.empty())
        all.push_back(mark(
            kind, {{"type", "point"}, {"clip", true}, {"shape", shape}, {"size", 70}, {"filled", true}, {"opacity", 1}},
            {{"tooltip", mean_tooltip({tooltip("split", "mark"), x_tip}, "y")}}));
    return all;
  }

  std::string caption() const {
    std::string text =
        fmt::format("Mean over the seeds with its 95 % interval{}.",
                    source_.seeds > 1 ? "; thin lines are the single runs (" + splits_[0].name + ")" : "");
    if (grouping_.color && splits_.size() > 1)
      text += fmt::format(" Solid: {}; dashed: {}.", splits_[0].name, splits_[1].name);
    if (std::ranges::find(marks_, "best validation value") != marks_.end())
      text += " Diamond: the best validation value.";
    if (std::ranges::find(marks_, "early stopping") != marks_.end()) text += " Square: early stopping.";
    if (begins_far_above()) text += " Some curves start above the chart.";
    if (panels_.size() < all_panels_)
      text += fmt::format(" Shows {} of {} panels; curves.csv has all.", panels_.size(), all_panels_);
    return text;
  }

  const Source& source_;
  const std::vector<Split> splits_;
  const Layout grouping_;
  const Time time_;
  Rows rows_{{"x", "y", "low", "high", "n"}, {"kind", "panel", "series", "split", "run", "seed"}};
  std::vector<std::string> panels_, series_, marks_;
  std::vector<std::size_t> points_;
  Range main_, all_, untrained_;  // of the means; untrained_: at step 0
  std::size_t rows_of_run_ = 0, all_panels_ = 0;
};

}  // namespace

void add_curve(const Source& source, Column column, Charts& charts) {
  const std::string name = curve_names[column];
  const std::size_t end = name.find('_');
  LearningCurves(source, {{column, name.substr(0, end) == "test" ? "test" : words_of(name)}}).add(name, charts);
}

void add_learning_curves(const Source& source, Charts& charts) {
  if (std::ranges::all_of(source.curves, [](const auto& curve) { return curve.size() < 3; })) return;
  for (const auto& [measure, columns] : {std::pair{"error", std::array{test_error, train_error, val_error}},
                                         std::pair{"loss", std::array{test_loss, train_loss, val_loss}}}) {
    std::vector<Split> splits;
    for (const auto& [column, name] :
         {std::pair{columns[0], "test"}, {columns[1], "training"}, {columns[2], "validation"}})
      if (source.has[column]) splits.push_back({column, name});
    if (!splits.empty()) LearningCurves(source, splits).add(measure, charts);
  }
}

}  // namespace descent::report
