#include "claims/cursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/text.h"

namespace descent::claims {
namespace {

constexpr std::array<std::string_view, 5> relation_symbols{"<", "<=", ">", ">=", "=="};  // order of Relation

std::string shown(const Token& token) {
  return token.kind == Token::Kind::end ? "the end" : core::quoted(token.text);
}

}  // namespace

std::string_view symbol(Relation relation) { return relation_symbols[static_cast<std::size_t>(relation)]; }

Relation mirrored(Relation relation) {
  switch (relation) {
    case Relation::less: return Relation::greater;
    case Relation::at_most: return Relation::at_least;
    case Relation::greater: return Relation::less;
    case Relation::at_least: return Relation::at_most;
    case Relation::equal: break;
  }
  return Relation::equal;
}

bool holds(Relation relation, double a, double b) {
  switch (relation) {
    case Relation::less: return a < b;
    case Relation::at_most: return a <= b;
    case Relation::greater: return a > b;
    case Relation::at_least: return a >= b;
    case Relation::equal: break;
  }
  return a == b;
}

const Token& Cursor::token(std::size_t ahead) const {
  return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}

void Cursor::fail(std::string message) const { throw Finding{token().offset, std::move(message)}; }

void Cursor::expected(std::string_view what) const {
  fail(fmt::format("expected {}, got {}", what, shown(token())));
}

void Cursor::unexpected() const { fail(fmt::format("unexpected {}", shown(token()))); }

bool Cursor::is_word(std::string_view word) const {
  return token().kind == Token::Kind::name && token().text == word;
}

bool Cursor::is_symbol(std::string_view symbol) const {
  return token().kind == Token::Kind::symbol && token().text == symbol;
}

void Cursor::need_word(std::string_view word) {
  if (!take(is_word(word))) expected(fmt::format("\"{}\"", word));
}

void Cursor::need_symbol(std::string_view symbol) {
  if (!take(is_symbol(symbol))) expected(fmt::format("\"{}\"", symbol));
}

std::string Cursor::need_name(std::string_view what) {
  if (token().kind != Token::Kind::name) expected(what);
  return tokens_[at_++].text;
}

double Cursor::need_number(std::string_view what) {
  const bool negative = take(is_symbol("-"));
  if (token().kind != Token::Kind::number) expected(what);
  return (negative ? -1 : 1) * tokens_[at_++].number;
}

double Cursor::need_count() {
  const double count = token().number;
  if (token().kind != Token::Kind::number || count != std::trunc(count) || count < 1 || count > 1e6)
    expected("a number of seeds");
  ++at_;
  return count;
}

std::optional<Relation> Cursor::relation() const {
  const auto found = std::ranges::find(relation_symbols, token().text);
  if (token().kind != Token::Kind::symbol || found == relation_symbols.end()) return std::nullopt;
  return static_cast<Relation>(found - relation_symbols.begin());
}

}  // namespace descent::claims
