#include "config/json.h"

#include <nlohmann/json.hpp>

#include "core/text.h"

namespace descent::config {
namespace {

enum class Style { compact, one_line, lines };

// Not by dump(), which writes 1.0 instead of the shortest form 1, which the hashes of runs are computed from.
std::string written(const Json& json, Style style, std::size_t indent = 0) {
  constexpr std::size_t longest_line = 100;
  if (json.is_number_float()) return core::format_number(json.get<double>());
  if (!json.is_structured()) return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (style == Style::lines) {
    std::string line = written(json, Style::one_line);
    if (indent + line.size() <= longest_line) return line;
  }
  const auto new_line = [&](std::size_t spaces) {
    return style == Style::lines ? '\n' + std::string(spaces, ' ') : std::string();
  };
  std::string text = json.is_array() ? "[" : "{";
  std::string_view separator;
  for (const auto& [key, value] : json.items()) {
    text.append(separator).append(new_line(indent + 2));
    if (json.is_object()) text += written(key, style) + (style == Style::compact ? ":" : ": ");
    text += written(value, style, indent + 2);
    separator = style == Style::one_line ? ", " : ",";
  }
  return text + new_line(indent) + (json.is_array() ? ']' : '}');
}

}  // namespace

std::string member_pointer(std::string_view object, std::string_view key) {
  std::string pointer = std::string(object) + '/';
  for (const char c : key)  // RFC 6901
    if (c == '~') pointer += "~0";
    else if (c == '/') pointer += "~1";
    else pointer += c;
  return pointer;
}

std::string compact(const Json& json) { return written(json, Style::compact); }

std::string pretty(const Json& json) { return written(json, Style::lines) + '\n'; }

std::string text_of(const Json& json) { return json.is_string() ? json.get<std::string>() : compact(json); }

}  // namespace descent::config
