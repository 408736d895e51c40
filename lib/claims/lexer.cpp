#include "claims/lexer.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "core/text.h"

namespace descent::claims {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// Letters, digits and single dots: "model.init.gain" of "model.init.gain..3".
std::size_t name_length(std::string_view text) {
  std::size_t length = 0;
  const auto continues = [&](std::size_t i) {
    return i < text.size() && (begins_name(text[i]) || is_digit(text[i]));
  };
  while (continues(length) || (length < text.size() && text[length] == '.' && continues(length + 1)))
    ++length;
  return length;
}

// "24" of "24..128", "2.5e-3" of "2.5e-3)".
std::size_t number_length(std::string_view text) {
  std::size_t length = 0;
  const auto digits = [&] {
    while (length < text.size() && is_digit(text[length])) ++length;
  };
  digits();
  if (length < text.size() && text[length] == '.' && !text.substr(length).starts_with("..")) {
    ++length;
    digits();
  }
  std::size_t exponent = length;
  if (exponent < text.size() && (text[exponent] == 'e' || text[exponent] == 'E')) {
    ++exponent;
    if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) ++exponent;
    if (exponent < text.size() && is_digit(text[exponent])) {
      length = exponent;
      digits();
    }
  }
  return length;
}

std::size_t symbol_length(std::string_view text) {
  static constexpr std::array<std::string_view, 4> pairs{"<=", ">=", "==", ".."};
  for (const std::string_view pair : pairs)
    if (text.starts_with(pair)) return 2;
  return std::string_view("+-*/^()[],:<>=").find(text[0]) == std::string_view::npos ? 0 : 1;
}

std::optional<Token> next_token(std::string_view rest, std::size_t offset, std::size_t& length,
                                std::string& problem) {
  const auto token = [&](Token::Kind kind) {
    return Token{kind, std::string(rest.substr(0, length)), 0, offset};
  };
  if (begins_name(rest[0])) return length = name_length(rest), token(Token::Kind::name);
  if (is_digit(rest[0]) || (rest[0] == '.' && rest.size() > 1 && is_digit(rest[1]))) {
    length = number_length(rest);
    Token number = token(Token::Kind::number);
    const auto error = std::from_chars(rest.data(), rest.data() + length, number.number).ec;
    const std::size_t behind = name_length(rest.substr(length));
    if (error != std::errc() || behind > 0) {
      problem = fmt::format("{} is no number", core::quoted(rest.substr(0, length + behind)));
      return std::nullopt;
    }
    return number;
  }
  if (rest[0] == '\'') {
    const std::size_t end = rest.find('\'', 1);
    if (end == rest.npos) return problem = "a text without its closing quote", std::nullopt;
    length = end + 1;
    return Token{Token::Kind::text, std::string(rest.substr(1, end - 1)), 0, offset};
  }
  length = symbol_length(rest);
  if (length > 0) return token(Token::Kind::symbol);
  std::size_t bytes = 1;  // of one character in UTF-8
  while (bytes < rest.size() && (static_cast<unsigned char>(rest[bytes]) & 0xC0) == 0x80) ++bytes;
  problem = fmt::format("unexpected {}", core::quoted(rest.substr(0, bytes)));
  return std::nullopt;
}

}  // namespace

std::optional<std::vector<Token>> tokens_of(std::string_view text, std::optional<Finding>& wrong) {
  std::vector<Token> tokens;
  for (std::size_t at = 0;;) {
    at = std::min(text.find_first_not_of(" \t\n", at), text.size());
    if (at == text.size()) break;
    std::size_t length = 0;
    std::string problem;
    auto token = next_token(text.substr(at), at, length, problem);
    if (!token) return wrong = Finding{at, std::move(problem)}, std::nullopt;
    tokens.push_back(std::move(*token));
    at += length;
  }
  tokens.push_back({Token::Kind::end, "", 0, text.size()});
  return tokens;
}

}  // namespace descent::claims
