#include "claims/tokens.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "core/text.h"

namespace descent::claims {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// Letters, digits and single dots: "model.init.gain" of "model.init.gain..3".
std::size_t name_length(std::string_view text) {
  std::size_t length = 0;
  const auto continues = [&](std::size_t i) { return i < text.size() && (begins_name(text[i]) || is_digit(text[i])); };
  while (continues(length) || (length < text.size() && text[length] == '.' && continues(length + 1))) ++length;
  return length;
}

std::size_t symbol_length(std::string_view text) {
  for (const std::string_view pair : {"<=", ">=", "==", ".."})
    if (text.starts_with(pair)) return 2;
  return std::string_view("+-*/^()[],:<>=").find(text[0]) == std::string_view::npos ? 0 : 1;
}

// Reads the token with which `rest` begins; returns its length in bytes.
std::size_t read_token(std::string_view rest, Token& token) {
  std::size_t length = 0;
  if (begins_name(rest[0])) {
    length = name_length(rest);
  } else if (is_digit(rest[0]) || (rest[0] == '.' && rest.size() > 1 && is_digit(rest[1]))) {
    token.kind = Token::Kind::number;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), token.number);
    length = static_cast<std::size_t>(end - rest.data());
    if (rest[length - 1] == '.' && rest.substr(length).starts_with('.')) --length;  // "24" of "24..128"
    const std::size_t behind = name_length(rest.substr(length));
    if (error != std::errc() || behind > 0)
      throw Mistakes(token.offset, fmt::format("{} is not a number", core::quoted(rest.substr(0, length + behind))));
  } else if (rest[0] == '\'') {
    token.kind = Token::Kind::string;
    const std::size_t end = rest.find('\'', 1);
    if (end == rest.npos) throw Mistakes(token.offset, "a string without its closing quote");
    token.text = rest.substr(1, end - 1);
    return end + 1;
  } else {
    token.kind = Token::Kind::symbol;
    length = symbol_length(rest);
    std::size_t bytes = 1;  // of one character in UTF-8
    while (bytes < rest.size() && !core::starts_character(rest[bytes])) ++bytes;
    if (length == 0) throw Mistakes(token.offset, fmt::format("unexpected {}", core::quoted(rest.substr(0, bytes))));
  }
  token.text = rest.substr(0, length);
  return length;
}

std::string shown(const Token& token) { return token.kind == Token::Kind::end ? "the end" : core::quoted(token.text); }

struct RelationSymbol {
  Relation relation;
  std::string_view symbol;
  Relation mirrored;
};
constexpr std::array<RelationSymbol, 5> relation_symbols{{{Relation::less, "<", Relation::greater},
                                                          {Relation::at_most, "<=", Relation::at_least},
                                                          {Relation::greater, ">", Relation::less},
                                                          {Relation::at_least, ">=", Relation::at_most},
                                                          {Relation::equal, "==", Relation::equal}}};

const RelationSymbol& entry_of(Relation relation) {
  return *std::ranges::find(relation_symbols, relation, &RelationSymbol::relation);
}

}  // namespace

std::string_view symbol(Relation relation) { return entry_of(relation).symbol; }
Relation mirrored(Relation relation) { return entry_of(relation).mirrored; }

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

TokenStream::TokenStream(std::string_view text) {
  for (std::size_t at = 0; (at = text.find_first_not_of(" \t\n", at)) != text.npos;) {
    Token& token = tokens_.emplace_back(Token{Token::Kind::name, "", 0, at});
    at += read_token(text.substr(at), token);
  }
  tokens_.push_back({Token::Kind::end, "", 0, text.size()});
}

bool TokenStream::is(std::string_view text) const {
  return (is(Token::Kind::name) || is(Token::Kind::symbol)) && token().text == text;
}

std::optional<Relation> TokenStream::relation() const {
  const auto found = std::ranges::find(relation_symbols, token().text, &RelationSymbol::symbol);
  if (!is(Token::Kind::symbol) || found == relation_symbols.end()) return std::nullopt;
  return found->relation;
}

void TokenStream::need(std::string_view text) {
  if (!take(text)) expected(fmt::format("\"{}\"", text));
}

std::string TokenStream::need_name(std::string_view what) {
  if (!is(Token::Kind::name)) expected(what);
  return take().text;
}

double TokenStream::need_count() {
  const double count = token().number;
  if (!is(Token::Kind::number) || count != std::trunc(count) || count < 1 || count > 1e6) expected("a number of seeds");
  return take().number;
}

void TokenStream::expected(std::string_view what) const {
  fail(fmt::format("expected {}, got {}", what, shown(token())));
}

void TokenStream::unexpected() const { fail(fmt::format("unexpected {}", shown(token()))); }

}  // namespace descent::claims
