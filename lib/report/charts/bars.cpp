// A measure of each point as bars with intervals, the seeds as dots; points alone where a logarithmic axis has no 0.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/charts/charts.h"
#include "report/charts/means.h"

namespace descent::report {
namespace {

constexpr std::size_t most_bars = 60;

class Bars {
 public:
  Bars(const Source& source, const Measures& measures) : source_(source), measures_(measures) {
    const Layout layout = layout_of(source.factors, SIZE_MAX);
    if (source.factors.size() > 1 && layout.color >= 0) color_ = layout.color;
    for (std::size_t i = 0; i < source.factors.size(); ++i)
      if (static_cast<std::ptrdiff_t>(i) != color_) rest_.push_back(i);
  }

  void add(Charts& charts) {
    const std::size_t most = std::min(most_bars, source_.plan.points.size());
    for (const std::size_t point : thinned(source_.plan.points.size(), most, false)) add_point(point);
    if (all_.most < all_.least) return;
    const std::size_t step = color_ < 0 ? 34 : 16 * series_.size() + 10;
    add_chart({measures_.name, measures_.title + (rest_.empty() ? "" : " by " + names()), caption(),
               panels(rows_, {}, layers(), static_cast<int>(labels_.size() * step), axis(), "x")},
              charts);
  }

 private:
  bool shows_runs() const { return measures_.shows_runs && source_.seeds > 1; }
  std::string names() const {
    std::string names;
    for (const std::size_t i : rest_) names += (names.empty() ? "" : ", ") + source_.factors[i].title();
    return color_ < 0 ? names : names + " and " + source_.factors[static_cast<std::size_t>(color_)].title();
  }

  std::string series_of(std::size_t point) const {
    return color_ < 0 ? measures_.all[0].split
                      : label_of(source_.factors, {static_cast<std::size_t>(color_)}, point, true);
  }

  void add_point(std::size_t point) {
    const std::string label = rest_.empty() ? "all runs" : label_of(source_.factors, rest_, point, true);
    const std::string series = series_of(point);
    add_once(labels_, label);
    add_once(series_, series);
    for (const Measured& measured : measures_.all) {
      const bool main = &measured == measures_.all.data();
      std::vector<double> values;
      for (const std::size_t run : source_.runs_of(point)) {
        values.push_back(measured.value(run));
        if (main && shows_runs() && std::isfinite(values.back()))
          rows_.add({values.back(), nan, nan, nan},
                    {"run", label, series, measured.split, source_.plan.runs[run].id().substr(0, 8),
                     std::to_string(source_.plan.runs[run].seed)});
      }
      const auto value = describe_finite(values);
      if (!value) continue;
      all_.add(value->mean);
      if (main) main_.add(value->mean);
      else add_once(others_, measured.split);
      rows_.add({value->mean, low(*value), high(*value), static_cast<double>(value->n)},
                {main ? "mean" : "other", label, series, measured.split, "", ""});
    }
    if (const std::size_t n = source_.diverged_of(point); n > 0) {
      diverged_ = true;
      rows_.add({nan, nan, nan, static_cast<double>(n)},
                {"diverged", label, series, fmt::format("\u2715 {} of {} diverged", n, source_.seeds), "", ""});
    }
  }

  // Bars begin at 0.
  Axis axis() const {
    Axis axis = value_axis(measures_.axis, main_, all_, measures_.axis.ends_with("error"), source_.scale);
    if (!(axis.floor > 0)) axis.scale["zero"] = true;
    return axis;
  }

  Json layers() const {
    const Axis axis = this->axis();
    Json y = text("label", labels_);
    y["axis"] = {{"labelLimit", 260}, {"ticks", false}, {"domain", false}, {"grid", false}};
    Json common{
        {"x", number("x", axis)},
        {"y", y},
        {"color", colors(series_, color_ < 0 ? "" : source_.factors[static_cast<std::size_t>(color_)].title())}};
    if (color_ >= 0) common["yOffset"] = text("series", series_);
    const auto with = shared_by_layers(common);
    const auto tips = Json::array({tip("label", "point"), tip("series", "series"), tip("split", "of"),
                                   tip("x", "mean", true), tip("interval", "95 % interval"), tip("n", "n", true)});
    auto all = Json::array();
    if (!axis.scale.contains("type"))
      all.push_back(
          layer("mean", {{"type", "bar"}, {"opacity", 0.35}, {"height", {{"band", 0.78}}}}, with({{"tooltip", tips}})));
    if (!others_.empty())
      all.push_back(layer("other", {{"type", "point"}, {"size", 60}, {"strokeWidth", 1.5}},
                          with({{"shape", shapes()}, {"tooltip", tips}})));
    if (shows_runs())
      all.push_back(
          layer("run", {{"type", "point"}, {"clip", true}, {"filled", true}, {"size", 14}, {"opacity", 0.45}},
                with({{"tooltip", Json::array({tip("label", "point"), tip("series", "series"), tip("x", "value", true),
                                               tip("seed", "seed"), tip("run", "run")})}})));
    all.push_back(layer("mean", {{"type", "rule"}, {"clip", true}, {"strokeWidth", 2}},
                        with({{"x", number("low", axis)}, {"x2", {{"field", "high"}}}})));
    all.push_back(
        layer("mean", {{"type", "point"}, {"filled", true}, {"size", 60}, {"opacity", 1}}, with({{"tooltip", tips}})));
    if (diverged_) {
      Json encoding = with({{"text", {{"field", "split"}}}});
      encoding["x"] = {{"value", 6}};
      all.push_back(layer("diverged", {{"type", "text"}, {"align", "left"}, {"baseline", "middle"}}, encoding));
    }
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

  const Source& source_;
  const Measures& measures_;
  std::ptrdiff_t color_ = -1;
  std::vector<std::size_t> rest_;
  Rows rows_{{"x", "low", "high", "n"}, {"kind", "label", "series", "split", "run", "seed"}};
  std::vector<std::string> labels_, series_, others_;
  Range main_, all_;
  bool diverged_ = false;
};

}  // namespace

void add_bars(const Source& source, const Measures& measures, Charts& charts) { Bars(source, measures).add(charts); }

}  // namespace descent::report
