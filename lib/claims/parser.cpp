#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "claims/lexer.h"
#include "claims/words.h"
#include "core/text.h"

namespace descent::claims {
namespace {

constexpr int deepest = 64;
constexpr std::array<std::string_view, 5> relation_symbols{"<", "<=", ">", ">=", "=="};  // order of Relation

std::string shown(const Token& token) {
  return token.kind == Token::Kind::end ? "the end" : core::quoted(token.text);
}

// Recursive descent; the first mistake ends it, as a Finding that is thrown.
class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  SyntaxPointer parse() {
    if (token().kind == Token::Kind::end) fail("an empty claim");
    SyntaxPointer claim = disjunction();
    if (token().kind != Token::Kind::end) fail(fmt::format("unexpected {}", shown(token())));
    return claim;
  }

 private:
  using Kind = Syntax::Kind;

  const Token& token(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  [[noreturn]] void fail(std::string message) const { throw Finding{token().offset, std::move(message)}; }
  [[noreturn]] void expected(std::string_view what) const {
    fail(fmt::format("expected {}, got {}", what, shown(token())));
  }
  bool is_word(std::string_view word, std::size_t ahead = 0) const {
    return token(ahead).kind == Token::Kind::name && token(ahead).text == word;
  }
  bool is_symbol(std::string_view symbol) const {
    return token().kind == Token::Kind::symbol && token().text == symbol;
  }
  bool take(bool here) { return here ? ++at_, true : false; }
  void need_word(std::string_view word) {
    if (!take(is_word(word))) expected(fmt::format("\"{}\"", word));
  }
  void need_symbol(std::string_view symbol) {
    if (!take(is_symbol(symbol))) expected(fmt::format("\"{}\"", symbol));
  }
  std::string need_name(std::string_view what) {
    if (token().kind != Token::Kind::name) expected(what);
    return tokens_[at_++].text;
  }
  double need_number(std::string_view what) {
    const bool negative = take(is_symbol("-"));
    if (token().kind != Token::Kind::number) expected(what);
    return (negative ? -1 : 1) * tokens_[at_++].number;
  }
  double need_count() {
    const double count = token().number;
    if (token().kind != Token::Kind::number || count != std::trunc(count) || count < 1 || count > 1e6)
      expected("a number of seeds");
    ++at_;
    return count;
  }

  std::optional<Relation> relation() const {
    const auto found = std::ranges::find(relation_symbols, token().text);
    if (token().kind != Token::Kind::symbol || found == relation_symbols.end()) return std::nullopt;
    return static_cast<Relation>(found - relation_symbols.begin());
  }

  SyntaxPointer make(Kind kind, std::string word = {}) const {
    auto node = std::make_unique<Syntax>(Syntax{.kind = kind, .offset = token().offset});
    node->word = std::move(word);
    return node;
  }

  SyntaxPointer list(Kind kind, std::string_view word, SyntaxPointer (Parser::*element)()) {
    SyntaxPointer first = (this->*element)();
    if (!is_word(word)) return first;
    SyntaxPointer node = make(kind);
    node->offset = first->offset;
    node->children.push_back(std::move(first));
    while (take(is_word(word))) node->children.push_back((this->*element)());
    return node;
  }

  SyntaxPointer disjunction() {
    if (++depth_ > deepest) fail(fmt::format("nested more than {} deep", deepest));
    SyntaxPointer node = list(Kind::disjunction, "or", &Parser::conjunction);
    --depth_;
    return node;
  }
  SyntaxPointer conjunction() { return list(Kind::conjunction, "and", &Parser::statement); }

  SyntaxPointer statement() {
    SyntaxPointer node = make(Kind::negation);
    if (is_word("not")) {
      if (++depth_ > deepest) fail(fmt::format("nested more than {} deep", deepest));
      ++at_;
      node->children.push_back(statement());
      --depth_;
      return node;
    }
    if (!take(is_word("on"))) return comparison();
    node->kind = Kind::on_seeds;
    if (take(is_word("every"))) {
      need_word("seed");
    } else {
      if (!is_word("at")) expected("\"every seed\" or \"at least K of N seeds\"");
      need_word("at");
      need_word("least");
      node->number = need_count();
      need_word("of");
      if (token().number < node->number) expected(fmt::format("a number of seeds not below {}", node->number));
      node->of = need_count();
      need_word("seeds");
    }
    need_symbol(":");
    node->children.push_back(disjunction());
    return node;
  }

  SyntaxPointer comparison() {
    SyntaxPointer left = sum();
    if (is_word("rises") || is_word("falls")) return trend(std::move(left));
    if (is_symbol("=")) fail("one \"=\" selects, as in (width=48); equality is \"==\"");
    if (!relation()) return left;
    SyntaxPointer node = make(Kind::comparison);
    node->offset = left->offset;
    node->children.push_back(std::move(left));
    while (const auto found = relation()) {
      ++at_;
      node->relations.push_back(*found);
      node->children.push_back(sum());
    }
    return node;
  }

  SyntaxPointer trend(SyntaxPointer child) {
    SyntaxPointer node = make(Kind::trend, token().text);
    node->offset = child->offset;
    ++at_;
    over(*node);
    if (take(is_word("within"))) node->number = need_number("a tolerance");
    if (node->number < 0) fail("a tolerance is not negative");
    node->children.push_back(std::move(child));
    return node;
  }

  void over(Syntax& node) {
    need_word("over");
    node.over_offset = token().offset;
    node.over = need_name("a factor, \"seed\", \"epoch\" or \"layer\"");
  }

  SyntaxPointer binary(std::string_view symbols, SyntaxPointer (Parser::*operand)()) {
    SyntaxPointer left = (this->*operand)();
    int length = 0;
    while (token().kind == Token::Kind::symbol && token().text.size() == 1 &&
           symbols.find(token().text[0]) != symbols.npos) {
      if (++length > 1000) fail("more than 1000 terms");
      SyntaxPointer node = make(Kind::arithmetic, token().text);
      node->offset = left->offset;
      ++at_;
      node->children.push_back(std::move(left));
      node->children.push_back((this->*operand)());
      left = std::move(node);
    }
    return left;
  }
  SyntaxPointer sum() { return binary("+-", &Parser::product); }
  SyntaxPointer product() { return binary("*/", &Parser::negated); }
  SyntaxPointer power() { return binary("^", &Parser::primary); }

  SyntaxPointer negated() {
    if (!is_symbol("-")) return power();
    SyntaxPointer node = make(Kind::arithmetic, "-");
    ++at_;
    node->children.push_back(make(Kind::number));
    node->children.push_back(power());
    return node;
  }

  SyntaxPointer primary() {
    SyntaxPointer node = make(Kind::number);
    if (token().kind == Token::Kind::number) {
      node->number = tokens_[at_++].number;
      return node;
    }
    if (take(is_symbol("("))) {
      node = disjunction();
      need_symbol(")");
      return node;
    }
    node->word = need_name("a number, a column or \"(\"");
    if (node->word == "first" && token().kind == Token::Kind::name) return first(std::move(node));
    if (is_reduction(node->word) && token().kind == Token::Kind::name) return reduction(std::move(node));
    if (is_function(node->word)) {
      node->kind = Kind::function;
      need_symbol("(");
      node->children.push_back(disjunction());
      need_symbol(")");
      return node;
    }
    node->kind = Kind::column;
    if (take(is_symbol("("))) selectors(*node);
    return node;
  }

  SyntaxPointer first(SyntaxPointer node) {
    node->kind = Kind::first;
    node->over_offset = token().offset;
    node->over = need_name("a factor or \"epoch\"");
    need_word("with");
    node->children.push_back(sum());
    const auto found = relation();
    if (!found || *found == Relation::equal) expected("\"<=\", \"<\", \">=\" or \">\"");
    node->relations.push_back(*found);
    ++at_;
    node->children.push_back(sum());
    return node;
  }

  SyntaxPointer reduction(SyntaxPointer node) {
    node->kind = Kind::reduction;
    over(*node);
    need_word("of");
    if (++depth_ > deepest) fail(fmt::format("nested more than {} deep", deepest));
    node->children.push_back(primary());
    --depth_;
    return node;
  }

  // Behind "(": a first word alone is the argument of probe and the like.
  void selectors(Syntax& node) {
    if (take(is_symbol(")"))) return;
    const auto ends = [&](std::size_t ahead) { return token(ahead).text == "," || token(ahead).text == ")"; };
    if (token().kind == Token::Kind::name && ends(1)) {
      node.argument = literal();
      if (take(is_symbol(")"))) return;
      need_symbol(",");
    }
    do {
      node.selectors.push_back(selector());
    } while (take(is_symbol(",")));
    if (!take(is_symbol(")"))) expected("\",\" or \")\"");
  }

  Selector selector() {
    Selector selector;
    selector.offset = token().offset;
    selector.name = need_name("a selection such as width=48");
    if (take(is_symbol("=") || is_symbol("=="))) {
      if (take(is_symbol("["))) {
        do {
          selector.values.push_back(literal());
        } while (take(is_symbol(",")));
        need_symbol("]");
        return selector;
      }
      selector.values.push_back(literal());
      if (take(is_symbol(".."))) {
        selector.range = true;
        selector.values.push_back(literal());
        for (const Literal& end : selector.values)
          if (!end.number) throw Finding{end.offset, "a range needs two numbers"};
      }
      return selector;
    }
    const auto found = relation();
    if (!found) expected("\"=\", \"<=\" or \">=\"");
    ++at_;
    selector.relation = *found;
    selector.values.push_back(literal());
    if (!selector.values[0].number) throw Finding{selector.values[0].offset, "expected a number"};
    return selector;
  }

  Literal literal() {
    const std::size_t offset = token().offset;
    if (token().kind == Token::Kind::name || token().kind == Token::Kind::text)
      return {tokens_[at_++].text, std::nullopt, offset};
    const std::size_t begin = at_;
    const double number = need_number("a value");
    std::string text;
    for (std::size_t i = begin; i < at_; ++i) text += tokens_[i].text;
    return {std::move(text), number, offset};
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

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

SyntaxPointer parse(std::string_view text, std::optional<Finding>& wrong) {
  auto tokens = tokens_of(text, wrong);
  if (!tokens) return nullptr;
  try {
    return Parser(std::move(*tokens)).parse();
  } catch (Finding& finding) {
    wrong = std::move(finding);
    return nullptr;
  }
}

}  // namespace descent::claims
