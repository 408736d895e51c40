#include <fmt/format.h>

#include "claims/cursor.h"
#include "claims/words.h"
#include "core/text.h"

namespace descent::claims {
namespace {

constexpr int deepest = 64;

// Recursive descent; the first mistake ends it, as a Finding that is thrown.
class Parser : Cursor {
 public:
  using Cursor::Cursor;

  SyntaxPointer parse() {
    if (token().kind == Token::Kind::end) fail("an empty claim");
    SyntaxPointer claim = disjunction();
    if (token().kind != Token::Kind::end) unexpected();
    return claim;
  }

 private:
  using Kind = Syntax::Kind;

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

  SyntaxPointer nested(const auto& inside) {
    if (++depth_ > deepest) fail(fmt::format("nested more than {} deep", deepest));
    SyntaxPointer node = inside();
    --depth_;
    return node;
  }

  SyntaxPointer disjunction() {
    return nested([&] { return list(Kind::disjunction, "or", &Parser::conjunction); });
  }
  SyntaxPointer conjunction() { return list(Kind::conjunction, "and", &Parser::statement); }

  SyntaxPointer statement() {
    SyntaxPointer node = make(Kind::negation);
    if (is_word("not")) {
      node->children.push_back(nested([&] { return ++at_, statement(); }));
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
      if (token().number < node->number)
        expected(fmt::format("a number of seeds not below {}", node->number));
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
    node->children.push_back(nested([&] { return primary(); }));
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

  int depth_ = 0;
};

}  // namespace

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
