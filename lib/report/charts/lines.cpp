// A measure against a numeric factor: lines with bands, the runs as dots, the interpolation threshold, the peak.

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "report/charts/charts.h"

namespace descent::report {
namespace {

constexpr double fits_all = 0.01;  // training error at the interpolation threshold, as in the claims

// The inner point that rises most above the minima on both sides, if the intervals do not overlap.
const MeanAt* peak_of(const std::vector<MeanAt>& line) {
  if (line.size() < 5) return nullptr;
  const auto mean = [](const MeanAt& at) { return at.value.mean; };
  const MeanAt* peak = nullptr;
  double most = 0;
  for (std::size_t i = 1; i + 1 < line.size(); ++i) {
    const auto at = line.begin() + static_cast<std::ptrdiff_t>(i);
    const MeanAt &left = *std::ranges::min_element(line.begin(), at, {}, mean),
                 &right = *std::ranges::min_element(at + 1, line.end(), {}, mean);
    const double rise = mean(*at) - std::max(mean(left), mean(right));
    const double low = at->value.low.value_or(mean(*at));
    if (rise > most && left.value.high.value_or(mean(left)) < low && right.value.high.value_or(mean(right)) < low) {
      peak = &*at;
      most = rise;
    }
  }
  return peak;
}

class Lines : MeasureChart {
 public:
  Lines(const Source& source, const Measures& measures)
      : MeasureChart(source, measures,
                     {{"x", "y", "low", "high", "n"}, {"kind", "panel", "series", "split", "run", "seed"}}),
        layout_(layout_of(source.factors, 3)), x_(*layout_.x) {}

  void add(Charts& charts) {
    for (std::size_t point = 0; point < source_.plan.points.size(); ++point) add_once(panels_, panel_of(point));
    for (const std::string& panel : panels_) add_panel(panel);
    if (all_.max < all_.min) return;
    if (peak_)
      rows_.add(
          {peak_->at.x}, peak_->at.value,
          {"peak", peak_->panel, peak_->series, fmt::format("peak {:.3g} at {}", peak_->at.value.mean, peak_->at.x)});
    add_chart({measures_.name, measures_.title + " against " + x_.title(), caption(),
               panels(rows_, panels_, layers(), 340, axis())},
              charts);
  }

 private:
  std::string panel_of(std::size_t point) const { return label_of(layout_.panel, point); }
  std::string series_of(std::size_t point, const std::string& split) const {
    return layout_.color ? layout_.color->level(point) : split;
  }

  void add_panel(const std::string& panel) {
    std::vector<std::size_t> points;
    for (std::size_t point = 0; point < source_.plan.points.size(); ++point)
      if (panel_of(point) == panel) points.push_back(point);
    std::ranges::stable_sort(points, {}, [&](std::size_t point) { return x_.level_of[point]; });
    for (const Measured& measured : measures_.all) {
      std::vector<std::string> all;
      for (const std::size_t point : points) add_once(all, series_of(point, measured.split));
      for (const std::string& series : all) add_line(panel, series, measured, points);
    }
    if (measures_.has_threshold) add_thresholds(panel, points);
    for (const std::size_t point : points)
      if (const std::size_t n = source_.diverged_of(point); n > 0) {
        diverged_ = true;
        rows_.add({x_.number(point), nan, nan, nan, static_cast<double>(n)},
                  {"diverged", panel, series_of(point, measures_.all[0].split)});
      }
  }

  void add_line(const std::string& panel, const std::string& series, const Measured& measured,
                const std::vector<std::size_t>& points) {
    std::vector<MeanAt> line;
    for (const std::size_t point : points) {
      if (series_of(point, measured.split) != series) continue;
      const auto value = add_values(measured, point, {x_.number(point)}, "mean", panel, series);
      if (value) line.push_back({x_.number(point), *value});
    }
    if (line.empty()) return;
    add_once(series_, series);
    add_once(splits_, measured.split);
    if (measures_.has_threshold && is_main(measured)) add_peak(panel, series, line);
  }

  // Marks where a series begins to fit its training data.
  void add_thresholds(const std::string& panel, const std::vector<std::size_t>& points) {
    std::vector<std::string> above, done;
    for (const std::size_t point : points) {
      const auto error = describe_summary(source_, point, "final_train_error");
      const std::string series = series_of(point, "training");
      if (!error || std::ranges::find(done, series) != done.end()) continue;
      if (error->mean > fits_all) {
        add_once(above, series);
      } else if (std::ranges::find(above, series) != above.end()) {
        threshold_ = true;
        add_once(done, series);
        rows_.add({x_.number(point)}, {"threshold", panel, series, "fits the training data"});
      }
    }
  }

  // Keeps only the highest peak, since several labels would overlap.
  void add_peak(const std::string& panel, const std::string& series, const std::vector<MeanAt>& line) {
    const MeanAt* peak = peak_of(line);
    if (peak && (!peak_ || peak->value.mean > peak_->at.value.mean)) peak_ = Peak{*peak, panel, series};
  }

  Json layers() const {
    const Axis axis = this->axis();
    const Json x = quantitative("x", factor_axis(x_)), detail{{"field", "split"}};
    const std::string title = x_.title(), color_title = layout_.color ? layout_.color->title() : "";
    const Json color = colors(series_, color_title);
    const auto mark = marks_sharing({{"x", x}, {"y", quantitative("y", axis)}, {"color", color}});
    const Json tooltips =
        mean_tooltip({tooltip("panel", "panel"), tooltip("series", layout_.color ? color_title : "series"),
                      tooltip("split", "split"), tooltip("x", title)},
                     "y");
    auto all = Json::array();
    if (threshold_)
      all.push_back(layer("threshold", {{"type", "rule"}, {"strokeDash", {2, 3}}, {"opacity", 0.8}},
                          {{"x", x}, {"tooltip", Json::array({tooltip("split", "mark"), tooltip("x", title)})}}));
    all.push_back(mark("mean", {{"type", "area"}, {"clip", true}, {"opacity", 0.2}}, band(axis)));
    if (shows_runs()) {  // hovering over one highlights all runs of its seed
      all.push_back(
          mark("run", {{"type", "point"}, {"filled", true}, {"size", 16}, {"clip", true}},
               {{"tooltip", Json::array({tooltip("series", "series"), tooltip("x", title), tooltip("y", "value"),
                                         tooltip("seed", "seed"), tooltip("run", "run")})},
                {"opacity", opacity_unless_hovered(0.28)}}));
      all.back()["params"] = hover_selection("seed");
    }
    all.push_back(
        mark("mean", {{"type", "line"}, {"clip", true}}, {{"strokeDash", dashes(splits_, layout_.color != nullptr)}}));
    all.push_back(mark("mean", point_mark(42), {{"detail", detail}, {"tooltip", tooltips}}));
    if (peak_)
      all.push_back(mark("peak", {{"type", "text"}, {"dy", -14}, {"fontWeight", 600}, {"clip", false}},
                         {{"text", {{"field", "split"}}}, {"tooltip", tooltips}}));
    if (diverged_)
      all.push_back(layer("diverged", {{"type", "text"}, {"text", "\u2715"}, {"fontSize", 13}, {"y", 6}},
                          {{"x", x},
                           {"color", color},
                           {"tooltip", Json::array({tooltip("series", "series"), tooltip("x", title),
                                                    tooltip("n", "diverged runs")})}}));
    return all;
  }

  std::string caption() const {
    std::string text = "Mean over the seeds with its 95 % interval";
    if (shows_runs()) text += fmt::format("; small dots are the runs ({})", measures_.all[0].split);
    text += ".";
    if (layout_.color && splits_.size() > 1) {
      const char* const styles[] = {"Solid", "dashed", "dotted", "dash-dotted"};
      for (std::size_t i = 0; i < splits_.size() && i < 4; ++i)
        text += fmt::format("{}{}: {}", i ? "; " : " ", styles[i], splits_[i]);
      text += ".";
    }
    if (threshold_) text += " Dotted line: the interpolation threshold, where the training error first falls to 0.01.";
    if (diverged_) text += " \u2715: runs diverged here and are excluded from the mean.";
    return text;
  }

  const Layout layout_;
  const Factor& x_;
  std::vector<std::string> panels_, splits_;
  struct Peak {
    MeanAt at;
    std::string panel, series;
  };
  std::optional<Peak> peak_;
  bool threshold_ = false;
};

}  // namespace

void add_lines(const Source& source, const Measures& measures, Charts& charts) { Lines(source, measures).add(charts); }

}  // namespace descent::report
