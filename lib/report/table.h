#pragma once
// Tables for people, and how to write to the stream that they go to; what several reports write as JSON.

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

// How to write to a stream.
struct Screen {
  bool color = false;            // a terminal, not dumb, and neither NO_COLOR nor --no-color
  std::size_t width = SIZE_MAX;  // columns of a terminal
};
Screen screen_of(std::FILE* stream, bool no_color);

// Whether the locale, of LC_ALL, LC_CTYPE or LANG, is one of UTF-8, and the terminal can show Braille.
bool shows_unicode();

// Of the terminal; 80 x 24 where it is unknown.
struct TerminalSize {
  std::size_t columns = 80, rows = 24;
};
TerminalSize terminal_size(std::FILE* stream);

// Rows of cells, made printable, in columns, right-aligned but for those named in `left`; the first row is the head,
// bold in colour. Where lines would be longer than the screen is wide, the widest columns are wrapped.
std::string laid_out(std::vector<std::vector<std::string>> rows, const Screen& screen = {},
                     const std::vector<std::size_t>& left = {});

// Characters of UTF-8 on the screen.
std::size_t width_of(std::string_view text);

// The factors of a plan as heads of columns: the shortest names that stand for them.
std::vector<std::string> short_factors(const plan::Plan& plan);

// "0.321 ± 0.012": the mean and half its interval; "-" where there is none.
std::string mean_text(const std::optional<stats::Description>& measure);

using Json = nlohmann::ordered_json;

// The values of the factors at a point.
inline Json point_json(const plan::Plan& plan, std::size_t point) {
  Json values = Json::object();
  for (std::size_t i = 0; i < plan.factors.size(); ++i) values[plan.factors[i]] = plan.points[point].values[i];
  return values;
}

// Infinities and NaN, which JSON cannot represent, are left out.
inline void add_finite(Json& json, const char* name, const std::optional<double>& value) {
  if (value && std::isfinite(*value)) json[name] = *value;
}

}  // namespace descent::report
