#pragma once
// Text tables, properties of the terminal that they are printed to, and JSON helpers.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"
#include "stats/stats.h"

namespace descent::report {

bool is_terminal(std::FILE* stream);

struct Screen {
  bool color = false;            // true for a terminal that is not dumb, without NO_COLOR and --no-color
  std::size_t width = SIZE_MAX;  // columns of the terminal
};
Screen screen_of(std::FILE* stream, bool no_color);

// True if the locale (LC_ALL, LC_CTYPE or LANG) is UTF-8 and the terminal can show Braille.
bool shows_unicode();

// 80 x 24 if unknown.
struct TerminalSize {
  std::size_t columns = 80, rows = 24;
};
TerminalSize terminal_size(std::FILE* stream);

// Lays out rows of cells, made printable, in right-aligned columns; those in `left` are left-aligned. The first row is
// the header, bold in color. If lines would be wider than the screen, the widest columns are wrapped.
std::string format_table(std::vector<std::vector<std::string>> rows, const Screen& screen = {},
                         const std::vector<std::size_t>& left = {});

// The number of UTF-8 characters.
std::size_t width_of(std::string_view text);

// The factors of a plan by their short names, as column headers.
std::vector<std::string> short_factors(const plan::Plan& plan);

// "0.321 ± 0.012": the mean and half its interval; "-" without a value.
std::string mean_text(const std::optional<stats::Description>& measure);

using Json = nlohmann::ordered_json;

// The values of the factors at a point.
inline Json point_json(const plan::Plan& plan, std::size_t point) {
  Json values = Json::object();
  for (std::size_t i = 0; i < plan.factors.size(); ++i) values[plan.factors[i]] = plan.points[point].values[i];
  return values;
}

// Adds the member unless it is infinite or NaN, which JSON cannot represent.
inline void add_finite(Json& json, const char* name, const std::optional<double>& value) {
  if (value && std::isfinite(*value)) json[name] = *value;
}

}  // namespace descent::report
