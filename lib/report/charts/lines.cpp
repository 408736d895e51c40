// A measure against a factor of numbers: lines with bands, the seeds as dots, the interpolation threshold, the peak.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "report/charts/charts.h"
#include "report/charts/means.h"

namespace descent::report {
namespace {

constexpr double fits_all = 0.01;  // training error at the interpolation threshold, as in the claims

// The inner point that rises most above what lies on both sides of it, if by more than the intervals.
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

class Lines {
 public:
  Lines(const Source& source, const Measures& measures)
      : source_(source), measures_(measures), layout_(layout_of(source.factors, 3)),
        x_(source.factors[static_cast<std::size_t>(layout_.x)]) {}

  void add(Charts& charts) {
    for (std::size_t point = 0; point < source_.plan.points.size(); ++point) add_once(panels_, panel_of(point));
    for (const std::string& panel : panels_) add_panel(panel);
    if (all_.most < all_.least) return;
    if (peak_)
      rows_.add({peak_->at.x, peak_->at.value.mean, low(peak_->at.value), high(peak_->at.value),
                 static_cast<double>(peak_->at.value.n)},
                {"peak", peak_->panel, peak_->series,
                 fmt::format("peak {:.3g} at {}", peak_->at.value.mean, peak_->at.x), "", ""});
    const Axis axis = value_axis(measures_.axis, main_, all_, measures_.axis.ends_with("error"), source_.scale);
    add_chart({measures_.name, measures_.title + " against " + x_.title(), caption(),
               panels(rows_, panels_, layers(axis), 340, axis)},
              charts);
  }

 private:
  bool shows_runs() const { return measures_.shows_runs && source_.seeds > 1; }
  std::string panel_of(std::size_t point) const { return label_of(source_.factors, layout_.panel, point); }
  bool colored() const { return layout_.color >= 0; }
  const Factor& color_factor() const { return source_.factors[static_cast<std::size_t>(layout_.color)]; }
  std::string series_of(std::size_t point, const std::string& split) const {
    return colored() ? color_factor().levels[color_factor().level_of[point]] : split;
  }
  double x_of(std::size_t point) const { return x_.numbers[x_.level_of[point]]; }

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
        rows_.add({x_of(point), nan, nan, nan, static_cast<double>(n)},
                  {"diverged", panel, series_of(point, measures_.all[0].split), "", "", ""});
      }
  }

  void add_line(const std::string& panel, const std::string& series, const Measured& measured,
                const std::vector<std::size_t>& points) {
    const bool main = &measured == measures_.all.data();
    std::vector<MeanAt> line;
    for (const std::size_t point : points) {
      if (series_of(point, measured.split) != series) continue;
      std::vector<double> values;
      for (const std::size_t run : source_.runs_of(point)) {
        values.push_back(measured.value(run));
        if (main && shows_runs() && std::isfinite(values.back()))
          rows_.add({x_of(point), values.back(), nan, nan, nan},
                    {"run", panel, series, measured.split, source_.plan.runs[run].id().substr(0, 8),
                     std::to_string(source_.plan.runs[run].seed)});
      }
      const auto value = describe_finite(values);
      if (!value) continue;
      line.push_back({x_of(point), *value});
      all_.add(value->mean);
      if (main) main_.add(value->mean);
      rows_.add({x_of(point), value->mean, low(*value), high(*value), static_cast<double>(value->n)},
                {"mean", panel, series, measured.split, "", ""});
    }
    if (line.empty()) return;
    add_once(series_, series);
    add_once(splits_, measured.split);
    if (measures_.has_threshold && main) add_peak(panel, series, line);
  }

  // Where a series begins to fit its training data.
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
        rows_.add({x_of(point), nan, nan, nan, nan}, {"threshold", panel, series, "fits the training data", "", ""});
      }
    }
  }

  // The highest of the lines' peaks: more labels would lie on each other.
  void add_peak(const std::string& panel, const std::string& series, const std::vector<MeanAt>& line) {
    const MeanAt* peak = peak_of(line);
    if (peak && (!peak_ || peak->value.mean > peak_->at.value.mean)) peak_ = Peak{*peak, panel, series};
  }

  Json layers(const Axis& axis) const {
    const Json x = number("x", factor_axis(x_));
    const Json color = colors(series_, colored() ? color_factor().title() : "");
    const Json dash = dashes(splits_, colored());
    const auto with = shared_by_layers({{"x", x}, {"y", number("y", axis)}, {"color", color}});
    const Json detail{{"field", "split"}};
    const auto tips = Json::array({tip("panel", "at"), tip("series", colored() ? color_factor().title() : "of"),
                                   tip("split", "of"), tip("x", x_.title(), true), tip("y", "mean", true),
                                   tip("interval", "95 % interval"), tip("n", "n", true)});
    auto all = Json::array();
    if (threshold_)
      all.push_back(layer("threshold", {{"type", "rule"}, {"strokeDash", {2, 3}}, {"opacity", 0.8}},
                          {{"x", x}, {"tooltip", Json::array({tip("split", "here"), tip("x", x_.title(), true)})}}));
    all.push_back(layer("mean", {{"type", "area"}, {"clip", true}, {"opacity", 0.2}},
                        with({{"y", number("low", axis)}, {"y2", {{"field", "high"}}}, {"detail", detail}})));
    if (shows_runs()) all.push_back(run_dots(with));
    all.push_back(layer("mean", {{"type", "line"}, {"clip", true}}, with({{"strokeDash", dash}})));
    all.push_back(layer("mean", {{"type", "point"}, {"filled", true}, {"size", 42}, {"opacity", 1}},
                        with({{"detail", detail}, {"tooltip", tips}})));
    if (peak_)
      all.push_back(layer("peak", {{"type", "text"}, {"dy", -14}, {"fontWeight", 600}, {"clip", false}},
                          with({{"text", {{"field", "split"}}}, {"tooltip", tips}})));
    if (diverged_)
      all.push_back(layer("diverged", {{"type", "text"}, {"text", "\u2715"}, {"fontSize", 13}, {"y", 6}},
                          {{"x", x},
                           {"color", color},
                           {"tooltip", Json::array({tip("series", "series"), tip("x", x_.title(), true),
                                                    tip("n", "diverged runs", true)})}}));
    return all;
  }

  // Hovering over one run shows what its seed did everywhere.
  template <class With> Json run_dots(const With& with) const {
    Json dots = layer(
        "run", {{"type", "point"}, {"filled", true}, {"size", 16}, {"clip", true}},
        with({{"tooltip", Json::array({tip("series", "series"), tip("x", x_.title(), true), tip("y", "value", true),
                                       tip("seed", "seed"), tip("run", "run")})},
              {"opacity", {{"condition", {{"param", "pick"}, {"empty", false}, {"value", 1}}}, {"value", 0.28}}}}));
    dots["params"] = {
        {{"name", "pick"},
         {"select", {{"type", "point"}, {"fields", {"seed"}}, {"on", "pointerover"}, {"clear", "pointerout"}}}}};
    return dots;
  }

  std::string caption() const {
    std::string text = "Mean over the seeds with its 95 % interval";
    if (shows_runs()) text += fmt::format("; small dots are the runs ({})", measures_.all[0].split);
    text += ".";
    if (colored() && splits_.size() > 1) {
      const char* const styles[] = {"Solid", "dashed", "dotted", "dash-dotted"};
      for (std::size_t i = 0; i < splits_.size() && i < 4; ++i)
        text += fmt::format("{}{}: {}", i ? "; " : " ", styles[i], splits_[i]);
      text += ".";
    }
    if (threshold_) text += " Dotted rule: the interpolation threshold, where the training error first falls to 0.01.";
    if (diverged_) text += " \u2715: runs diverged here and are left out of the mean.";
    return text;
  }

  const Source& source_;
  const Measures& measures_;
  const Layout layout_;
  const Factor& x_;
  Rows rows_{{"x", "y", "low", "high", "n"}, {"kind", "panel", "series", "split", "run", "seed"}};
  std::vector<std::string> panels_, series_, splits_;
  Range main_, all_;
  struct Peak {
    MeanAt at;
    std::string panel, series;
  };
  std::optional<Peak> peak_;
  bool threshold_ = false, diverged_ = false;
};

}  // namespace

void add_lines(const Source& source, const Measures& measures, Charts& charts) { Lines(source, measures).add(charts); }

}  // namespace descent::report
