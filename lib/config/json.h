#pragma once
// JSON with positions: every value remembers its line and column, objects keep their order and report
// duplicate keys. Comments are allowed.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/error.h"

namespace descent::config {

struct Json {
  struct Member;
  using Array = std::vector<Json>;
  using Object = std::vector<Member>;
  // Null, boolean, integer, real, text, array, object; a number without '.' and exponent is an integer.
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> value;
  std::int64_t line = 0, column = 0;  // 1-based; 0: not from a file (an override)

  template <class T>
  bool is() const {
    return std::holds_alternative<T>(value);
  }
  const Json* find(std::string_view key) const;  // member of an object, or null
  Json* find(std::string_view key);
  std::string text() const;    // of a text without quotes, else as dump()
  std::string dump() const;    // compact, keys in order
  std::string pretty() const;  // in lines, short values on one
};

struct Json::Member {
  std::string key;
  std::int64_t line = 0, column = 0;  // of the key
  Json value;
};

// Where reading gives up listing problems.
inline constexpr std::size_t most_problems = 200;

// Parses `text`; problems (syntax, duplicate keys, too deep, not UTF-8) are appended, with `file` as given.
// After a syntax error the result is null.
Json parse_json(std::string_view text, const std::string& file, std::vector<core::Problem>& problems);

// A value of the command line: JSON where it parses, else a string.
Json parse_value(std::string_view text);

}  // namespace descent::config
