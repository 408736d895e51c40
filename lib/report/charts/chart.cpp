#include "report/charts/chart.h"

#include <fmt/format.h>

#include <algorithm>

namespace descent::report {
namespace {

constexpr int panel_width = 210, single_width = 640;
constexpr std::size_t max_header_length = 26;  // characters of a panel's width

void append_quoted(std::string& line, std::string_view text) {
  if (text.find_first_of(",\"\n\r") == text.npos) {
    line += text;
    return;
  }
  line += '"';
  for (const char c : text) line.append(c == '"' ? 2 : 1, c);
  line += '"';
}

// Tooltips name the panel only if there are several.
void remove_panel(Json& encoding) {
  if (!encoding.contains("tooltip")) return;
  auto kept = Json::array();
  for (const Json& column : encoding["tooltip"])
    if (column["field"] != "panel") kept.push_back(column);
  encoding["tooltip"] = kept;
}

struct Color {
  const char *name, *light, *dark;
};
// c1 to c8 after Okabe and Ito 2008, "Color universal design", distinguishable with color blindness; lighter on dark.
constexpr Color palette[] = {
    {"paper", "#ffffff", "#15181c"}, {"ink", "#1b1f24", "#e8eaed"},  {"muted", "#57606a", "#a3adb8"},
    {"axis", "#8c959f", "#69737d"},  {"grid", "#e7eaee", "#2a3037"}, {"panel", "#f6f7f9", "#1d2126"},
    {"good", "#00704f", "#3fcf9f"},  {"bad", "#b3261e", "#ff8a80"},  {"open", "#8a5a00", "#f2c14e"},
    {"link", "#0060a8", "#7cc0f5"},  {"c1", "#0072b2", "#4ba3e3"},   {"c2", "#d55e00", "#ff8a3d"},
    {"c3", "#009e73", "#2fc79b"},    {"c4", "#cc79a7", "#e79ac6"},   {"c5", "#e69f00", "#f2c14e"},
    {"c6", "#56b4e9", "#a6dcff"},    {"c7", "#7a7f87", "#a0a8b0"},   {"c8", "#1b1f24", "#e8eaed"}};

// The Vega-Lite configuration; "$ink" stands for that color.
constexpr std::string_view theme_text = R"({
  "background": "transparent",
  "font": "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif",
  "padding": 4,
  "view": {"stroke": null},
  "axis": {"labelColor": "$muted", "titleColor": "$ink", "titleFontWeight": 500, "labelFontSize": 11.5,
           "titleFontSize": 12.5, "gridColor": "$grid", "domainColor": "$axis", "tickColor": "$axis", "tickSize": 4,
           "titlePadding": 8},
  "axisY": {"domain": false, "ticks": false, "tickCount": 6},
  "axisX": {"grid": false, "tickCount": 6},
  "legend": {"orient": "top", "labelColor": "$ink", "titleColor": "$muted", "titleFontWeight": 500, "labelFontSize": 12,
             "titleFontSize": 12, "symbolType": "stroke", "symbolStrokeWidth": 3, "symbolSize": 160, "offset": 10,
             "layout": {"top": {"margin": 24}}, "labelLimit": 300, "titleLimit": 400},
  "header": {"labelColor": "$ink", "labelFontSize": 12, "labelFontWeight": 600, "labelAnchor": "start",
             "labelPadding": 6},
  "facet": {"spacing": 22},
  "line": {"strokeWidth": 2, "strokeJoin": "round"},
  "text": {"color": "$ink", "fontSize": 12},
  "rule": {"color": "$muted"},
  "range": {"category": ["$c1", "$c2", "$c3", "$c4", "$c5", "$c6", "$c7", "$c8"]}
})";

Json theme(std::string (*value_of)(const Color&)) {
  std::string text(theme_text);
  for (const Color& color : palette) {
    const std::string sign = fmt::format("\"${}\"", color.name), value = fmt::format("\"{}\"", value_of(color));
    for (std::size_t at = 0; (at = text.find(sign, at)) != text.npos;) text.replace(at, sign.size(), value);
  }
  return Json::parse(text);
}

}  // namespace

Json file_theme() {
  Json config = theme([](const Color& color) { return std::string(color.light); });
  config["background"] = "white";
  return config;
}

Json page_theme() {
  return theme([](const Color& color) { return fmt::format("var(--{})", color.name); });
}

std::string style_variables() {
  std::string light, dark;
  for (const Color& color : palette) {
    light += fmt::format("--{}:{};", color.name, color.light);
    dark += fmt::format("--{}:{};", color.name, color.dark);
  }
  return fmt::format(
      ":root{{color-scheme:light;{}}}\n"
      "@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{}}}}}\n"
      "@media screen{{:root[data-theme=dark]{{color-scheme:dark;{}}}}}\n",
      light, dark, dark);
}

Rows::Rows(Names numbers, Names texts) : parse_(Json::object()), numbers_(numbers.size()), texts_(texts.size()) {
  const auto add_column = [&](const char* name, const char* type) {
    text_.append(text_.empty() ? "" : ",").append(name);
    parse_[name] = type;
  };
  for (const char* name : numbers) add_column(name, "number");
  for (const char* name : texts) add_column(name, "string");
}

void Rows::add(std::vector<double> numbers, Texts texts) {
  numbers.resize(numbers_, NAN);
  texts.resize(texts_);
  std::string line;
  for (const double value : numbers) line += std::isfinite(value) ? fmt::format(",{:.5g}", value) : ",";
  for (const std::string_view text : texts) append_quoted(line += ',', text);
  text_ += "\n" + line.substr(1);
  ++count_;
}

void Rows::add(std::vector<double> numbers, const stats::Description& mean, Texts texts) {
  numbers.insert(numbers.end(),
                 {mean.mean, mean.low.value_or(NAN), mean.high.value_or(NAN), static_cast<double>(mean.n)});
  add(std::move(numbers), std::move(texts));
}

Json Rows::data() const { return {{"values", text_}, {"format", {{"type", "csv"}, {"parse", parse_}}}}; }

Json quantitative(std::string_view field, const Axis& axis) {
  Json encoding{{"field", field}, {"type", "quantitative"}, {"title", axis.title}, {"scale", axis.scale}};
  if (!axis.ticks.empty())
    encoding["axis"] = {{"values", axis.ticks}, {"labelExpr", "format(datum.value, '~g')"}, {"labelOverlap", "greedy"}};
  return encoding;
}

Json nominal(std::string_view field, const std::vector<std::string>& order) {
  return {{"field", field}, {"type", "nominal"}, {"sort", order}, {"title", nullptr}};
}

Json interval(const std::string& along, const Axis& axis) {
  return {{along, quantitative("low", axis)}, {along + "2", {{"field", "high"}}}};
}

Json band(const Axis& axis) {
  Json encoding = interval("y", axis);
  encoding["detail"] = {{"field", "split"}};
  return encoding;
}

Json tooltip(std::string_view field, std::string_view title) {
  const bool is_number = field == "x" || field == "x2" || field == "y" || field == "value" || field == "n";
  Json entry{{"field", field}, {"type", is_number ? "quantitative" : "nominal"}, {"title", title}};
  if (is_number) entry["format"] = ".4~g";
  return entry;
}

Json mean_tooltip(std::initializer_list<Json> columns, std::string_view field, std::string_view title,
                  std::string_view n_title) {
  auto all = Json::array();
  for (const Json& column : columns) all.push_back(column);
  all.insert(all.end(), {tooltip(field, title), tooltip("interval", "95 % interval"), tooltip("n", n_title)});
  return all;
}

Json layer(std::string_view kind, Json mark, Json encoding) {
  return {{"transform", {{{"filter", fmt::format("datum.kind == '{}'", kind)}}}},
          {"mark", std::move(mark)},
          {"encoding", std::move(encoding)}};
}

Json point_mark(int size) { return {{"type", "point"}, {"filled", true}, {"size", size}, {"opacity", 1}}; }

Json hover_selection(std::string_view field) {
  return Json::array(
      {{{"name", "pick"},
        {"select", {{"type", "point"}, {"fields", {field}}, {"on", "pointerover"}, {"clear", "pointerout"}}}}});
}

Json opacity_unless_hovered(double opacity) {
  return {{"condition", {{"param", "pick"}, {"empty", false}, {"value", 1}}}, {"value", opacity}};
}

Json colors(const std::vector<std::string>& series, std::string_view title) {
  Json encoding = nominal("series", series);
  encoding["scale"] = {{"domain", series}};
  if (series.size() < 2) encoding["legend"] = nullptr;
  else encoding["legend"] = {{"title", title.empty() ? Json() : Json(title)}, {"symbolOpacity", 1}};
  return encoding;
}

Json dashes(const std::vector<std::string>& splits, bool colored) {
  Json dash = nominal("split", splits);
  dash["scale"] = {{"domain", splits}, {"range", {{1, 0}, {5, 3}, {1.5, 2.5}, {8, 3, 1.5, 3}}}};
  if (splits.size() < 2) dash["legend"] = nullptr;
  else dash["legend"] = {{"title", colored ? Json(" ") : Json()}, {"symbolOpacity", 1}};  // a title aligns the legends
  return dash;
}

Json panels(const Rows& rows, const std::vector<std::string>& panels, Json layers, int height, const Axis& axis,
            std::string_view measured) {
  Json spec{{"$schema", "https://vega.github.io/schema/vega-lite/v6.json"}, {"data", rows.data()}};
  auto transform = Json::array();
  const auto calculate = [&](std::string_view field, const std::string& expression) {
    transform.push_back({{"calculate", expression}, {"as", field}});
  };
  const bool intervals = rows.data()["format"]["parse"].contains("low");
  if (intervals)
    calculate("interval", "isValid(datum.low) ? format(datum.low, '.4~g') + ' to ' + format(datum.high, '.4~g') : '-'");
  const auto limit = [&](const char* function, double value) {
    if (!std::isfinite(value)) return;
    for (const std::string_view field : {measured, std::string_view("low"), std::string_view("high")})
      calculate(field, fmt::format("isValid(datum.{0}) ? {1}(datum.{0}, {2}) : null", field, function, value));
  };
  limit("max", axis.floor);
  limit("min", axis.ceiling);
  if (!transform.empty()) spec["transform"] = transform;
  if (panels.size() < 2) {
    for (Json& each : layers) remove_panel(each["encoding"]);
    spec.update({{"width", single_width}, {"height", height}, {"layer", std::move(layers)}});
    return spec;
  }
  spec["facet"] = nominal("panel", panels);
  spec["facet"]["header"] = {{"labelLimit", panel_width}};
  if (std::ranges::any_of(panels, [](const std::string& panel) { return panel.size() > max_header_length; }))
    spec["facet"]["header"]["labelExpr"] = "split(datum.label, ', ')";  // one per line
  spec["columns"] = panels.size() == 4 ? 2 : std::min<std::size_t>(3, panels.size());
  spec["spec"] = {{"width", panel_width}, {"height", height * 6 / 10}, {"layer", std::move(layers)}};
  return spec;
}

void add_chart(Chart chart, std::vector<Chart>& charts) {
  chart.spec["description"] = chart.title + ". " + chart.caption;
  charts.push_back(std::move(chart));
}

std::string capitalized(std::string text) {
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

std::size_t add_once(std::vector<std::string>& list, const std::string& text) {
  const auto place = static_cast<std::size_t>(std::ranges::find(list, text) - list.begin());
  if (place == list.size()) list.push_back(text);
  return place;
}

}  // namespace descent::report
