// A measure of each point as bars with intervals, the seeds as dots; points alone where a logarithmic axis has no 0.

#include <fmt/format.h>

#include <algorithm>

#include "report/charts/charts.h"

namespace descent::report {
namespace {

constexpr std::size_t most_bars = 60;

class Bars : MeasureChart {
 public:
  Bars(const Source& source, const Measures& measures)
      : MeasureChart(source, measures,
                     {{"x", "low", "high", "n"}, {"kind", "label", "series", "split", "run", "seed"}}),
        color_(source.factors.size() > 1 ? layout_of(source.factors, SIZE_MAX).color : nullptr),
        rest_(all_of(source.factors, color_)) {}

  void add(Charts& charts) {
    const std::size_t most = std::min(most_bars, source_.plan.points.size());
    for (const std::size_t point : thinned(source_.plan.points.size(), most, false)) add_point(point);
    if (all_.most < all_.least) return;
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
    Json y = text("label", labels_);
    y["axis"] = {{"labelLimit", 260}, {"ticks", false}, {"domain", false}, {"grid", false}};
    Json common{{"x", number("x", axis)}, {"y", y}, {"color", colors(series_, color_ ? color_->title() : "")}};
    if (color_) common["yOffset"] = text("series", series_);
    const auto with = shared_by_layers(common);
    const Json with_tips{
        {"tooltip", mean_tips({tip("label", "point"), tip("series", "series"), tip("split", "of")}, "x")}};
    auto all = Json::array();
    if (!axis.scale.contains("type"))
      all.push_back(with("mean", {{"type", "bar"}, {"opacity", 0.35}, {"height", {{"band", 0.78}}}}, with_tips));
    if (!others_.empty()) {
      Json encoding{{"shape", shapes()}};
      encoding.update(with_tips);
      all.push_back(with("other", {{"type", "point"}, {"size", 60}, {"strokeWidth", 1.5}}, encoding));
    }
    if (shows_runs())
      all.push_back(with("run", {{"type", "point"}, {"clip", true}, {"filled", true}, {"size", 14}, {"opacity", 0.45}},
                         {{"tooltip", Json::array({tip("label", "point"), tip("series", "series"), tip("x", "value"),
                                                   tip("seed", "seed"), tip("run", "run")})}}));
    all.push_back(with("mean", {{"type", "rule"}, {"clip", true}, {"strokeWidth", 2}}, interval("x", axis)));
    all.push_back(with("mean", dots(60), with_tips));
    if (diverged_)
      all.push_back(with("diverged", {{"type", "text"}, {"align", "left"}, {"baseline", "middle"}},
                         {{"text", {{"field", "split"}}}, {"x", {{"value", 6}}}}));
    return all;
  }

  Json shapes() const {
    Json shape = text("split", others_);
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

}  // namespace

void add_bars(const Source& source, const Measures& measures, Charts& charts) { Bars(source, measures).add(charts); }

}  // namespace descent::report
