#include "report/charts/chart.h"

#include <fmt/format.h>

#include <algorithm>

namespace descent::report {
namespace {

constexpr int panel_width = 210, single_width = 640;
constexpr std::size_t longest_header = 26;  // characters of a panel's width

void append_quoted(std::string& line, std::string_view text) {
  if (text.find_first_of(",\"\n\r") == text.npos) {
    line += text;
    return;
  }
  line += '"';
  for (const char c : text) line.append(c == '"' ? 2 : 1, c);
  line += '"';
}

// Tooltips name the panel, where there is more than one.
void leave_out_panel(Json& encoding) {
  if (!encoding.contains("tooltip")) return;
  auto kept = Json::array();
  for (const Json& column : encoding["tooltip"])
    if (column["field"] != "panel") kept.push_back(column);
  encoding["tooltip"] = kept;
}

}  // namespace

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

Json number(std::string_view field, const Axis& axis) {
  Json encoding{{"field", field}, {"type", "quantitative"}, {"title", axis.title}, {"scale", axis.scale}};
  if (!axis.ticks.empty())
    encoding["axis"] = {{"values", axis.ticks}, {"labelExpr", "format(datum.value, '~g')"}, {"labelOverlap", "greedy"}};
  return encoding;
}

Json text(std::string_view field, const std::vector<std::string>& order) {
  return {{"field", field}, {"type", "nominal"}, {"sort", order}, {"title", nullptr}};
}

Json interval(const std::string& along, const Axis& axis) {
  return {{along, number("low", axis)}, {along + "2", {{"field", "high"}}}};
}

Json band(const Axis& axis) {
  Json encoding = interval("y", axis);
  encoding["detail"] = {{"field", "split"}};
  return encoding;
}

Json tip(std::string_view field, std::string_view title) {
  const bool is_number = field == "x" || field == "x2" || field == "y" || field == "value" || field == "n";
  Json entry{{"field", field}, {"type", is_number ? "quantitative" : "nominal"}, {"title", title}};
  if (is_number) entry["format"] = ".4~g";
  return entry;
}

Json mean_tips(std::initializer_list<Json> columns, std::string_view field, std::string_view title,
               std::string_view n_title) {
  auto all = Json::array();
  for (const Json& column : columns) all.push_back(column);
  all.insert(all.end(), {tip(field, title), tip("interval", "95 % interval"), tip("n", n_title)});
  return all;
}

std::string of_kind(std::string_view kind) { return fmt::format("datum.kind == '{}'", kind); }

Json layer(std::string_view kind, Json mark, Json encoding) {
  return {{"transform", {{{"filter", of_kind(kind)}}}}, {"mark", std::move(mark)}, {"encoding", std::move(encoding)}};
}

Json dots(int size) { return {{"type", "point"}, {"filled", true}, {"size", size}, {"opacity", 1}}; }

Json pick(std::string_view field) {
  return Json::array(
      {{{"name", "pick"},
        {"select", {{"type", "point"}, {"fields", {field}}, {"on", "pointerover"}, {"clear", "pointerout"}}}}});
}

Json colors(const std::vector<std::string>& series, std::string_view title) {
  Json encoding = text("series", series);
  encoding["scale"] = {{"domain", series}};
  if (series.size() < 2) encoding["legend"] = nullptr;
  else encoding["legend"] = {{"title", title.empty() ? Json() : Json(title)}, {"symbolOpacity", 1}};
  return encoding;
}

Json dashes(const std::vector<std::string>& splits, bool colored) {
  Json dash = text("split", splits);
  dash["scale"] = {{"domain", splits}, {"range", {{1, 0}, {5, 3}, {1.5, 2.5}, {8, 3, 1.5, 3}}}};
  if (splits.size() < 2) dash["legend"] = nullptr;
  else dash["legend"] = {{"title", colored ? Json(" ") : Json()}, {"symbolOpacity", 1}};  // a title aligns them
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
    for (Json& each : layers) leave_out_panel(each["encoding"]);
    spec.update({{"width", single_width}, {"height", height}, {"layer", std::move(layers)}});
    return spec;
  }
  spec["facet"] = text("panel", panels);
  spec["facet"]["header"] = {{"labelLimit", panel_width}};
  if (std::ranges::any_of(panels, [](const std::string& panel) { return panel.size() > longest_header; }))
    spec["facet"]["header"]["labelExpr"] = "split(datum.label, ', ')";  // a line for each
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
