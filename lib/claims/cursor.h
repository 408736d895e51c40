#pragma once
// The words of an expression, taken one after the other. What is not as expected is thrown as a Finding.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "claims/lexer.h"

namespace descent::claims {

class Cursor {
 public:
  explicit Cursor(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  const Token& token(std::size_t ahead = 0) const;
  std::optional<Relation> relation() const;  // that the token is
  bool is_word(std::string_view word) const;
  bool is_symbol(std::string_view symbol) const;
  bool take(bool here) { return here ? ++at_, true : false; }  // passes the token if `here`

  void need_word(std::string_view word);
  void need_symbol(std::string_view symbol);
  std::string need_name(std::string_view what);
  double need_number(std::string_view what);
  double need_count();

  [[noreturn]] void fail(std::string message) const;
  [[noreturn]] void expected(std::string_view what) const;
  [[noreturn]] void unexpected() const;

 protected:
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

}  // namespace descent::claims
