#pragma once
// JSON files: parsed with the position of every value and key, written as Descent writes them. Comments are allowed.

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
  std::int64_t line = 0, column = 0;  // 1-based; line 0: not from the file (an override)
};

// By JSON pointer: "/model/width". The position of a key is that of its value's pointer followed by '~', which no
// pointer ends with.
using Positions = std::map<std::string, Position, std::less<>>;

std::string member_pointer(std::string_view object, std::string_view key);
inline std::string element_pointer(std::string_view array, std::size_t index) {
  return member_pointer(array, std::to_string(index));
}

// Reading stops to list problems at so many.
inline constexpr std::size_t most_problems = 200;

// Parses `text`; problems (syntax, duplicate keys, too deep, not UTF-8) are appended, with `file` as given.
// After a syntax error the result is null.
Json parse_json(std::string_view text, const std::string& file, std::vector<core::Problem>& problems,
                Positions& positions);

// A value of the command line: JSON where it parses, otherwise a string.
Json parse_value(std::string_view text);

std::string compact(const Json& json);  // without spaces, numbers in their shortest form
std::string pretty(const Json& json);   // in lines, short values on one
std::string text_of(const Json& json);  // a string without quotes, anything else as compact()

}  // namespace descent::config
