#pragma once
// JSON with comments: parsing with the position of every value and key, and formatting.

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace descent::config {

using Json = nlohmann::ordered_json;

struct Position {
  std::int64_t line = 0, column = 0;  // 1-based; line 0: not in the file (an override)
};

// Positions of values by JSON pointer, such as "/model/width". The position of a key is at the pointer of its value
// followed by '~', with which no pointer ends.
using Positions = std::map<std::string, Position, std::less<>>;

std::string member_pointer(std::string_view object, std::string_view key);
inline std::string element_pointer(std::string_view array, std::size_t index) {
  return member_pointer(array, std::to_string(index));
}

// Further problems are not reported.
inline constexpr std::size_t max_problems = 200;

// Parses `text` from `file`, and appends problems (syntax, duplicate keys, nesting, encoding) to `problems`. Returns
// null after a syntax error.
Json parse_json(std::string_view text, const std::string& file, std::vector<core::Problem>& problems,
                Positions& positions);

// Parses a value on the command line: JSON if valid, or else a string.
Json parse_value(std::string_view text);

std::string compact(const Json& json);  // without spaces, shortest form of numbers
std::string pretty(const Json& json);   // indented, short values on one line
std::string text_of(const Json& json);  // strings without quotes, other values as compact()

}  // namespace descent::config
