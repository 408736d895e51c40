#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "config/probe_layers.h"
#include "core/text.h"
#include "report/charts/charts.h"

namespace descent::report {
namespace {

constexpr std::size_t max_series = 8, max_probe_panels = 12, few_layers = 2, many_times = 6, max_histograms = 6;

// The rows of one probe in probes.csv.
struct Probe {
  std::string name;
  std::vector<std::string> layers;
  std::vector<double> times;                                              // steps, ascending
  std::map<std::tuple<std::size_t, std::size_t, double>, double> values;  // by layer, run, step
};

std::vector<Probe> read_probes(const Source& source) {
  const auto columns = store::probe_columns();
  const std::size_t name = store::column_at(columns, "probe"), layer = store::column_at(columns, "layer"),
                    at = store::column_at(columns, "step"), value = store::column_at(columns, "value");
  std::vector<Probe> probes;
  source.results.for_each_row(store::Table::probes, [&](std::size_t run, const std::vector<std::string>& cells) {
    auto probe = std::ranges::find(probes, cells[name], &Probe::name);
    if (probe == probes.end()) probe = probes.insert(probes.end(), {cells[name], {}, {}, {}});
    const std::size_t index = add_once(probe->layers, cells[layer]);
    const auto number = core::parse_number(cells[value]);
    if (!number || source.diverged[run]) return;
    const double step = core::parse_number(cells[at]).value_or(0);
    if (const auto place = std::ranges::lower_bound(probe->times, step); place == probe->times.end() || *place != step)
      probe->times.insert(place, step);
    probe->values[{index, run, step}] = *number;
  });
  return probes;
}

// The name and the numbers of layers "deleted=1", "deleted=2", ...; nullopt if any layer differs.
std::optional<std::pair<std::string, std::vector<double>>> numbered(const std::vector<std::string>& layers) {
  std::pair<std::string, std::vector<double>> result;
  for (const std::string& layer : layers) {
    const std::size_t equal = layer.find('=');
    const auto number =
        equal == layer.npos ? std::nullopt : core::parse_number(std::string_view(layer).substr(equal + 1));
    if (!number || (!result.second.empty() && result.first != layer.substr(0, equal))) return {};
    result.first = layer.substr(0, equal);
    result.second.push_back(*number);
  }
  return result;
}

// The mean over the runs of a point, at a layer and a time.
std::optional<stats::Description> value_at(const Source& source, const Probe& probe, std::size_t point,
                                           std::size_t layer, double time) {
  std::vector<double> values;
  for (const std::size_t run : source.runs_of(point))
    if (const auto found = probe.values.find({layer, run, time}); found != probe.values.end())
      values.push_back(found->second);
  return describe_finite(values);
}

// The factors shown by color and by panel; with few points, all by color.
struct ChartRoles {
  Factors color, panel;
};
ChartRoles chart_roles_of(const Source& source) {
  if (source.plan.points.size() <= max_series) return {pointers_to(source.factors), {}};
  const Layout layout = layout_of(source.factors, SIZE_MAX);
  return {layout.color ? Factors{layout.color} : Factors{}, layout.panel};
}

// Caption for lines of the first and the last time.
std::string dashes_text(const std::vector<std::string>& times) {
  return times.size() > 1 ? fmt::format(" Solid: {}; dashed: {}.", times.back(), times.front()) : "";
}

// Lines against the layers at the first and the last time, or against time.
void add_profile(const Source& source, const Probe& probe, bool over_time, Charts& charts) {
  const ChartRoles roles = chart_roles_of(source);
  const auto numbers = numbered(probe.layers);
  Rows rows({"x", "y", "low", "high", "n"}, {"kind", "panel", "series", "split", "layer"});
  std::vector<std::string> panels_, series, splits;
  Range means;
  std::vector<double> times = probe.times;
  if (!over_time && times.size() > 2) times = {times.front(), times.back()};
  for (std::size_t point = 0; point < source.plan.points.size(); ++point)
    for (std::size_t layer = 0; layer < probe.layers.size(); ++layer)
      for (std::size_t t = 0; t < times.size(); ++t) {
        const auto value = value_at(source, probe, point, layer, times[t]);
        if (!value) continue;
        const std::string panel = label_of(roles.panel, point), label = series_label(roles.color, point);
        const std::string split = over_time ? probe.layers[layer] : fmt::format("step {}", times[t]);
        add_once(panels_, panel);
        add_once(series, label);
        add_once(splits, split);
        means.add(value->mean);
        rows.add({over_time ? times[t]
                  : numbers ? numbers->second[layer]
                            : static_cast<double>(layer)},
                 *value, {"mean", panel, label, split, probe.layers[layer]});
      }
  if (rows.empty() || panels_.size() > max_probe_panels || series.size() > max_series) return;
  const std::string words = capitalized(words_of(probe.name));
  std::string x_title = over_time ? "step" : numbers ? numbers->first : "layer";
  Chart chart{"probe_" + probe.name,
              words + " by " + (numbers && !over_time ? "number " + x_title : x_title),
              "Mean over the seeds with its 95 % interval.",
              {}};
  if (!over_time) chart.caption += dashes_text(splits);
  const Axis y = value_axis(words, means, means, false, source.scale);
  Json x = quantitative("x", {x_title, {{"zero", false}, {"nice", false}, {"padding", 10}}});
  if (!over_time && !numbers) {
    x = nominal("layer", probe.layers);
    x["title"] = "layer";
    x["axis"] = {{"labelAngle", -40}, {"labelOverlap", true}, {"grid", false}};
  }
  Json dash = dashes(splits, false);
  if (!over_time) dash["scale"]["domain"] = std::vector<std::string>(splits.rbegin(), splits.rend());
  const auto mark = marks_sharing({{"x", x}, {"y", quantitative("y", y)}, {"color", colors(series, "")}});
  const Json detail{{"field", "split"}};
  const Json tooltips = mean_tooltip(
      {tooltip("panel", "panel"), tooltip("series", "point"), tooltip("layer", "layer"), tooltip("split", "split")},
      "y");
  chart.spec = panels(rows, panels_,
                      Json::array({mark("mean", {{"type", "area"}, {"opacity", 0.18}, {"clip", true}}, band(y)),
                                   mark("mean", {{"type", "line"}, {"clip", true}}, {{"strokeDash", dash}}),
                                   mark("mean", point_mark(40), {{"detail", detail}, {"tooltip", tooltips}})}),
                      320, y);
  add_chart(std::move(chart), charts);
}

// Histograms of evenly spaced layers: a panel for each layer or, with many points, for each point.
void add_histograms(const Source& source, const Probe& probe, Charts& charts) {
  std::vector<std::string> layers, panels_, series, splits;
  std::vector<config::Bin> all;
  for (const std::string& name : probe.layers) {
    all.push_back(*config::parse_bin(name));
    add_once(layers, all.back().layer);
  }
  const bool many_points = source.plan.points.size() > max_series;
  Rows rows({"x", "x2", "y", "low", "high", "n"}, {"kind", "panel", "series", "split"});
  Range shares;
  std::vector<double> times{probe.times.front(), probe.times.back()};
  if (probe.times.size() == 1) times.pop_back();
  const auto add = [&](std::size_t point, const std::string& layer, double time) {
    std::vector<MeanAt> bins;  // the bins that the activation function of the point uses
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].layer == layer)
        if (const auto share = value_at(source, probe, point, i, time)) bins.push_back({all[i].center, *share});
    if (bins.size() < 2) return;
    std::string label = series_label(pointers_to(source.factors), point), panel = layer;
    if (many_points) std::swap(label, panel);
    const std::string split = fmt::format("step {}", time);
    add_once(panels_, panel);
    add_once(series, label);
    add_once(splits, split);
    const double half = (bins[1].x - bins[0].x) / 2;
    const auto add_row = [&](const char* kind, double from, double to, const stats::Description& share) {
      rows.add({from, to}, share, {kind, panel, label, split});
    };
    for (const auto& [center, share] : bins) {
      shares.add(share.mean);
      add_row("share", center - half, center + half, share);
    }
    add_row("end", bins.back().x + half, nan, bins.back().value);
  };
  for (const std::size_t i : thinned(layers.size(), max_histograms, false))
    for (std::size_t point = 0; point < source.plan.points.size(); ++point)
      for (const double time : times) add(point, layers[i], time);
  if (rows.empty() || panels_.size() > max_probe_panels) return;
  Chart chart{
      "probe_" + probe.name,
      capitalized(words_of(probe.name)),
      "Share of the values in each bin, mean over the seeds; the outermost bins include all values beyond them.",
      {}};
  chart.caption += dashes_text(splits);
  const Json x = quantitative("x", {"value", {{"zero", false}, {"nice", false}}}),
             y = quantitative("y", value_axis("share", shares, shares, true, source.scale)), color = colors(series, "");
  const Json dash = dashes({splits.rbegin(), splits.rend()}, true);
  const Json tooltips = mean_tooltip({tooltip("panel", "panel"), tooltip("series", "series"), tooltip("split", "split"),
                                      tooltip("x", "from"), tooltip("x2", "to")},
                                     "y");
  const Json line{{"mark", {{"type", "line"}, {"interpolate", "step-after"}, {"clip", true}}},
                  {"encoding", {{"x", x}, {"y", y}, {"color", color}, {"strokeDash", dash}}}};
  const Json bar = layer("share", {{"type", "bar"}, {"opacity", 0}, {"clip", true}},
                         {{"x", x}, {"x2", {{"field", "x2"}}}, {"y", y}, {"color", color}, {"tooltip", tooltips}});
  chart.spec = panels(rows, panels_, Json::array({line, bar}), 320);
  add_chart(std::move(chart), charts);
}

// A probe with few layers and times, as a chart of its last value.
void add_value(const Source& source, const Probe& probe, Charts& charts) {
  Measures measures{"probe_" + probe.name, capitalized(words_of(probe.name)), capitalized(words_of(probe.name)), {}};
  for (std::size_t layer = 0; layer < probe.layers.size(); ++layer)
    measures.all.push_back(
        {probe.layers[layer].empty() ? "network" : probe.layers[layer], [&probe, layer](std::size_t run) {
           const auto found = probe.values.find({layer, run, probe.times.back()});
           return found == probe.values.end() ? nan : found->second;
         }});
  add_factor_chart(source, measures, charts);
}

}  // namespace

void add_probes(const Source& source, Charts& charts) {
  for (const Probe& probe : read_probes(source)) {
    if (probe.times.empty()) continue;
    if (config::parse_bin(probe.layers.front())) add_histograms(source, probe, charts);
    else if (probe.layers.size() > few_layers) add_profile(source, probe, false, charts);
    else if (probe.times.size() >= many_times) add_profile(source, probe, true, charts);
    else add_value(source, probe, charts);
  }
}

}  // namespace descent::report
