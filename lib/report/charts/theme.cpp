#include <fmt/format.h>

#include <string>
#include <string_view>

#include "report/charts/chart.h"

namespace descent::report {
namespace {

struct Color {
  const char *name, *light, *dark;
};
// c1 to c8: after Okabe and Ito 2008, "Color universal design", which all eyes can tell apart; lighter on dark.
constexpr Color palette[] = {
    {"paper", "#ffffff", "#15181c"}, {"ink", "#1b1f24", "#e8eaed"},  {"muted", "#57606a", "#a3adb8"},
    {"axis", "#8c959f", "#69737d"},  {"grid", "#e7eaee", "#2a3037"}, {"panel", "#f6f7f9", "#1d2126"},
    {"good", "#00704f", "#3fcf9f"},  {"bad", "#b3261e", "#ff8a80"},  {"open", "#8a5a00", "#f2c14e"},
    {"link", "#0060a8", "#7cc0f5"},  {"c1", "#0072b2", "#4ba3e3"},   {"c2", "#d55e00", "#ff8a3d"},
    {"c3", "#009e73", "#2fc79b"},    {"c4", "#cc79a7", "#e79ac6"},   {"c5", "#e69f00", "#f2c14e"},
    {"c6", "#56b4e9", "#a6dcff"},    {"c7", "#7a7f87", "#a0a8b0"},   {"c8", "#1b1f24", "#e8eaed"}};

// The configuration of Vega-Lite; "$ink" stands for that colour.
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

}  // namespace descent::report
