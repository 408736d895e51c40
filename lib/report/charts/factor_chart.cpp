// A measure against the factors as bars with intervals, the runs as small dots; without bars if the axis is
// logarithmic.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "report/charts/charts.h"

namespace descent::report {
namespace {

constexpr std::size_t max_bars = 60;

class Bars : MeasureChart {
 public:
  Bars(const Source& source, const Measures& measures)
      : MeasureChart(source, measures,
                     {{"x", "low", "high", "n"}, {"kind", "label", "series", "split", "run", "seed"}}),
        color_(source.factors.size() > 1 ? layout_of(source.factors, SIZE_MAX).color : nullptr),
        rest_(pointers_to(source.factors, color_)) {}

  void add(Charts& charts) {
    const std::size_t most = std::min(max_bars, source_.plan.points.size());
    for (const std::size_t point : thinned(source_.plan.points.size(), most, false)) add_point(point);
    if (all_.max < all_.min) return;
    const std::size_t step = color_ ? 16 * series_.size() + 10 : 34;
    add_chart({measures_.name, measures_.title + (rest_.empty() ? "" : " by " + names()), caption(),
               panels(rows_, {}, layers(), static_cast<int>(labels_.size() * step), axis(), "x")},
              charts);
  }

 private:
  std::string names() const {
    std::string names;
    for (const Factor* factor : rest_) names += (names.empty() ? "" : ", ") + factor->title();
    return color_ ? names + " and " + color_->title() : names;
  }

  void add_point(std::size_t point) {
    const std::string label = rest_.empty() ? "all runs" : label_of(rest_, point, true),
                      series = color_ ? color_->level(point) : measures_.all[0].split;
    add_once(labels_, label);
    add_once(series_, series);
    for (const Measured& measured : measures_.all) {
      const bool main = is_main(measured);
      if (add_values(measured, point, {}, main ? "mean" : "other", label, series) && !main)
        add_once(others_, measured.split);
    }
    if (const std::size_t n = source_.diverged_of(point); n > 0) {
      diverged_ = true;
      rows_.add({nan, nan, nan, static_cast<double>(n)},
                {"diverged", label, series, fmt::format("\u2715 {} of {} diverged", n, source_.seeds)});
    }
  }

  // Bars begin at 0.
  Axis axis() const {
    Axis axis = MeasureChart::axis();
    if (!(axis.floor > 0)) axis.scale["zero"] = true;
    return axis;
  }

  Json layers() const {
    const Axis axis = this->axis();
    Json y = nominal("label", labels_);
    y["axis"] = {{"labelLimit", 260}, {"ticks", false}, {"domain", false}, {"grid", false}};
    Json common{{"x", quantitative("x", axis)}, {"y", y}, {"color", colors(series_, color_ ? color_->title() : "")}};
    if (color_) common["yOffset"] = nominal("series", series_);
    const auto mark = marks_sharing(common);
    const Json with_tips{
        {"tooltip",
         mean_tooltip({tooltip("label", "point"), tooltip("series", "series"), tooltip("split", "split")}, "x")}};
    auto all = Json::array();
    if (!axis.scale.contains("type"))
      all.push_back(mark("mean", {{"type", "bar"}, {"opacity", 0.35}, {"height", {{"band", 0.78}}}}, with_tips));
    if (!others_.empty()) {
      Json encoding{{"shape", shapes()}};
      encoding.update(with_tips);
      all.push_back(mark("other", {{"type", "point"}, {"size", 60}, {"strokeWidth", 1.5}}, encoding));
    }
    if (shows_runs())
      all.push_back(
          mark("run", {{"type", "point"}, {"clip", true}, {"filled", true}, {"size", 14}, {"opacity", 0.45}},
               {{"tooltip", Json::array({tooltip("label", "point"), tooltip("series", "series"), tooltip("x", "value"),
                                         tooltip("seed", "seed"), tooltip("run", "run")})}}));
    all.push_back(mark("mean", {{"type", "rule"}, {"clip", true}, {"strokeWidth", 2}}, interval("x", axis)));
    all.push_back(mark("mean", point_mark(60), with_tips));
    if (diverged_)
      all.push_back(mark("diverged", {{"type", "text"}, {"align", "left"}, {"baseline", "middle"}},
                         {{"text", {{"field", "split"}}}, {"x", {{"value", 6}}}}));
    return all;
  }

  Json shapes() const {
    Json shape = nominal("split", others_);
    shape["scale"] = {{"domain", others_}, {"range", {"triangle-up", "diamond", "square", "cross"}}};
    shape["legend"] = {{"title", nullptr}, {"symbolSize", 60}, {"symbolStrokeWidth", 1.5}, {"symbolOpacity", 1}};
    return shape;
  }

  std::string caption() const {
    return capitalized(fmt::format("{} mean over the seeds, with its 95 % interval{}.", measures_.all[0].split,
                                   shows_runs() ? "; small dots are the runs" : ""));
  }

  const Factor* color_;
  const Factors rest_;
  std::vector<std::string> labels_, others_;
};

// The chart of the final error or loss.
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

Axis MeasureChart::axis() const {
  return value_axis(measures_.axis, main_, all_, measures_.axis.ends_with("error"), source_.scale);
}

std::optional<stats::Description> MeasureChart::add_values(const Measured& measured, std::size_t point,
                                                           const std::vector<double>& numbers, std::string_view kind,
                                                           const std::string& label, const std::string& series) {
  std::vector<double> values;
  for (const std::size_t run : source_.runs_of(point)) {
    values.push_back(measured.value(run));
    if (!is_main(measured) || !shows_runs() || !std::isfinite(values.back())) continue;
    std::vector<double> all = numbers;
    all.push_back(values.back());
    rows_.add(all, {"run", label, series, measured.split, source_.plan.runs[run].id().substr(0, 8),
                    std::to_string(source_.plan.runs[run].seed)});
  }
  const auto value = describe_finite(values);
  if (!value) return value;
  all_.add(value->mean);
  if (is_main(measured)) main_.add(value->mean);
  rows_.add(numbers, *value, {kind, label, series, measured.split});
  return value;
}

void add_bars(const Source& source, const Measures& measures, Charts& charts) { Bars(source, measures).add(charts); }

void add_factor_chart(const Source& source, const Measures& measures, Charts& charts) {
  if (layout_of(source.factors, 3).x) add_lines(source, measures, charts);
  else add_bars(source, measures, charts);
}

void add_final_values(const Source& source, Charts& charts) {
  add(source, "error", charts);
  add(source, "loss", charts);
}

}  // namespace descent::report
