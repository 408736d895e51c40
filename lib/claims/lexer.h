#pragma once
// Expressions of claims, word by word.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "claims/syntax.h"

namespace descent::claims {

struct Token {
  enum class Kind { name, number, text, symbol, end };
  Kind kind;
  std::string text;  // of a quoted text without the quotes
  double number = 0;
  std::size_t offset = 0;
};

// Ends with a token of kind `end`; null and what is wrong at a character that begins no token.
std::optional<std::vector<Token>> tokens_of(std::string_view text, std::optional<Finding>& wrong);

}  // namespace descent::claims
