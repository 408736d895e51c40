#pragma once
// The tokens of an expression, taken one at a time. Throws Mistakes for an unexpected token.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "claims/syntax.h"

namespace descent::claims {

struct Token {
  enum class Kind { name, number, string, symbol, end };
  Kind kind;
  std::string text;  // a string without its quotes
  double number = 0;
  std::size_t offset = 0;
};

class TokenStream {
 public:
  explicit TokenStream(std::string_view text);

  const Token& token(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  bool is(Token::Kind kind) const { return token().kind == kind; }
  bool is(std::string_view text) const;      // a name or symbol with this text
  std::optional<Relation> relation() const;  // the relation that the token stands for, if any

  const Token& take() { return tokens_[at_++]; }
  bool take(std::string_view text) { return is(text) ? ++at_, true : false; }
  void need(std::string_view text);
  std::string need_name(std::string_view what);
  double need_count();

  [[noreturn]] void fail(std::string message) const { throw Mistakes(token().offset, std::move(message)); }
  [[noreturn]] void expected(std::string_view what) const;
  [[noreturn]] void unexpected() const;

 private:
  std::vector<Token> tokens_;  // the last is of kind `end`
  std::size_t at_ = 0;
};

}  // namespace descent::claims
