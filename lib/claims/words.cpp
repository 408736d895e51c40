// The vocabulary of the language of claims: tokens, relations, reductions, functions and the help.

#include "claims/tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "core/text.h"
#include "stats/stats.h"

namespace descent::claims {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// Letters, digits and single dots: "model.init.gain" in "model.init.gain..3".
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
    if (rest[length - 1] == '.' && rest.substr(length).starts_with('.')) --length;  // "24" in "24..128"
    const std::size_t suffix = name_length(rest.substr(length));
    if (error != std::errc() || suffix > 0)
      throw Mistakes(token.offset, fmt::format("{} is not a number", core::quoted(rest.substr(0, length + suffix))));
  } else if (rest[0] == '\'') {
    token.kind = Token::Kind::string;
    const std::size_t end = rest.find('\'', 1);
    if (end == rest.npos) throw Mistakes(token.offset, "missing closing quote of a string");
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

using Values = std::span<const double>;

double sum(Values values, Values) { return std::accumulate(values.begin(), values.end(), 0.0); }
double mean(Values values, Values) { return stats::describe(values).mean; }
double minimum(Values values, Values) { return *std::ranges::min_element(values); }
double maximum(Values values, Values) { return *std::ranges::max_element(values); }
double median(Values values, Values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
double argmin(Values values, Values positions) {
  return positions[static_cast<std::size_t>(std::ranges::min_element(values) - values.begin())];
}
double argmax(Values values, Values positions) {
  return positions[static_cast<std::size_t>(std::ranges::max_element(values) - values.begin())];
}

constexpr std::array<Reduction, 7> reductions{{
    {"mean", "arithmetic mean", mean, true, false},
    {"sum", "sum", sum, true, false},
    {"median", "median", median, false, false},
    {"min", "smallest value", minimum, false, false},
    {"max", "largest value", maximum, false, false},
    {"argmin", "position of the smallest value, the first one of ties", argmin, false, true},
    {"argmax", "position of the largest value, the first one of ties", argmax, false, true},
}};

constexpr std::array<Function, 5> functions{{
    {"abs", "absolute value", [](double x) { return std::abs(x); }},
    {"log", "natural logarithm", [](double x) { return std::log(x); }},
    {"log10", "decimal logarithm", [](double x) { return std::log10(x); }},
    {"exp", "exponential function", [](double x) { return std::exp(x); }},
    {"sqrt", "square root", [](double x) { return std::sqrt(x); }},
}};

template <class Word, std::size_t size> const Word* find(const std::array<Word, size>& words, std::string_view name) {
  const auto found = std::ranges::find(words, name, &Word::name);
  return found == words.end() ? nullptr : &*found;
}

constexpr std::string_view numbers = R"(
Numbers: a column of the results at the selected points. Names of factors may be shortened.
  final_test_error(width=48)            one point; also model.width=48, norm=batch, init=he_normal, gain=0.5
  final_test_error(width=[40, 48])      several points; also width=24..128 or width<=24; factors that are not
                                        mentioned stay open
  test_error(width=48, epoch=10)        a value of a curve: epoch=, step=, at=start, at=end
  probe(weight_norm, layer=linear1)     a value in probes.csv
  ensemble(error, size=5)               a column of ensembles.csv, the mean over the groups of this size
  bias_variance(squared_bias)           a column of bias_variance.csv
  diverged(lr=0.3)                      1 for a run that diverged, 0 for others
  + - * / ^ ( )                         applied seed by seed, so that runs of the same seed are paired

REDUCTION over FACTOR of NUMBER, for example max over width of final_test_error. Over a factor, the means over the
seeds are reduced; over seed, the values of the seeds; over epoch or step, the curve of each run:
)";

constexpr std::string_view statements = R"(
Statements:
  a >= b + 0.03       compares means over the seeds; also < <= >, == (exactly, for every seed) and chains: a < b < c.
                      If factors are open, it must hold for each of their values.
  a falls over width within 0.01        or rises: from each value to the next; with a tolerance, to every later value
  on every seed: ...                    holds for the runs of each single seed, without averaging
  on at least 4 of 5 seeds: ...
  and, or, ( )
  diverged(lr=0.3)                      all of these runs diverged

Verdicts: "holds" if the 95 % interval lies entirely beyond the margin, "fails" if it lies entirely on the other side,
otherwise "undecided", also if runs are missing. A number with one value per seed has Student's t interval (at least 2
seeds); a number computed from all seeds together (ensemble, bias_variance, a function of means) has a t interval from
the jackknife, which leaves out each seed in turn (at least 5). min, max, median, argmin, argmax and first over a factor
have simultaneous bounds for all the means they select from (Bonferroni), so that one lucky point among many proves
nothing; more seeds or fewer selected points narrow them. The interval of the median over seed is based on order
statistics (at least 6). Statements joined by "and", or about several points, share the 2.5 % for failing, those joined
by "or" the 2.5 % for holding. == holds if every seed has exactly this value; for argmin, argmax and first, if no other
position is possible. "on ... seeds" and min, max or sum over seed are statements about exactly these runs and have no
interval. A diverged run is never the minimum of several runs; any other claim about it is undecided, except one about
diverged(...).
)";

template <class Words> std::string table(const Words& words) {
  std::string text;
  for (const auto& word : words) text += fmt::format("  {:<8}  {}\n", word.name, word.help);
  return text;
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

const Reduction* find_reduction(std::string_view name) { return find(reductions, name); }
const Function* find_function(std::string_view name) { return find(functions, name); }

double crossing(std::span<const double> values, std::span<const double> positions, Relation relation) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!holds(relation, values[i], 0)) continue;
    if (i == 0) return positions[0];
    const double share = values[i - 1] / (values[i - 1] - values[i]);
    return positions[i - 1] + share * (positions[i] - positions[i - 1]);
  }
  return std::numeric_limits<double>::infinity();
}

std::string language_help() {
  return fmt::format(
      "{}{}  first width with final_train_error <= 0.01     also first epoch with ...; interpolated linearly\n"
      "\nFUNCTION(NUMBER):\n{}{}",
      numbers, table(reductions), table(functions), statements);
}

}  // namespace descent::claims
