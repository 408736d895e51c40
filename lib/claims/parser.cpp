#include <fmt/format.h>

#include "claims/syntax.h"
#include "claims/tokens.h"

namespace descent::claims {
namespace {

constexpr int max_depth = 64;

// A recursive descent parser that stops at the first mistake.
class Parser : TokenStream {
 public:
  using TokenStream::TokenStream;

  SyntaxPointer parse() {
    if (is(Token::Kind::end)) fail("the claim is empty");
    SyntaxPointer claim = disjunction();
    if (!is(Token::Kind::end)) unexpected();
    return claim;
  }

 private:
  using Kind = Syntax::Kind;

  SyntaxPointer make(Kind kind, std::size_t offset) const {
    return std::make_unique<Syntax>(Syntax{.kind = kind, .offset = offset});
  }
  SyntaxPointer make(Kind kind) const { return make(kind, token().offset); }

  // A node at the position of its first child.
  SyntaxPointer make_over(Kind kind, SyntaxPointer child) const {
    SyntaxPointer node = make(kind, child->offset);
    node->children.push_back(std::move(child));
    return node;
  }

  SyntaxPointer list(Kind kind, std::string_view word, SyntaxPointer (Parser::*element)()) {
    SyntaxPointer first = (this->*element)();
    if (!is(word)) return first;
    SyntaxPointer node = make_over(kind, std::move(first));
    while (take(word)) node->children.push_back((this->*element)());
    return node;
  }

  SyntaxPointer nested(const auto& inside) {
    if (++depth_ > max_depth) fail(fmt::format("nested more than {} levels deep", max_depth));
    SyntaxPointer node = inside();
    --depth_;
    return node;
  }

  SyntaxPointer disjunction() {
    return nested([&] { return list(Kind::disjunction, "or", &Parser::conjunction); });
  }
  SyntaxPointer conjunction() { return list(Kind::conjunction, "and", &Parser::statement); }

  SyntaxPointer statement() {
    SyntaxPointer node = make(Kind::on_seeds);
    if (!take("on")) return comparison();
    if (take("every")) {
      need("seed");
    } else {
      if (!is("at")) expected("\"every seed\" or \"at least K of N seeds\"");
      need("at");
      need("least");
      node->number = need_count();
      need("of");
      if (token().number < node->number) expected(fmt::format("a number of seeds of at least {}", node->number));
      node->of = need_count();
      need("seeds");
    }
    need(":");
    node->children.push_back(disjunction());
    return node;
  }

  SyntaxPointer comparison() {
    SyntaxPointer left = sum();
    if (is("rises") || is("falls")) return trend(std::move(left));
    if (is("=")) fail("one \"=\" selects, as in (width=48); equality is \"==\"");
    if (!relation()) return left;
    SyntaxPointer node = make_over(Kind::comparison, std::move(left));
    while (const auto found = relation()) {
      take();
      node->relations.push_back(*found);
      node->children.push_back(sum());
    }
    return node;
  }

  SyntaxPointer trend(SyntaxPointer child) {
    SyntaxPointer node = make_over(Kind::trend, std::move(child));
    node->word = take().text;
    over(*node);
    if (take("within")) node->number = number("a tolerance");
    if (node->number < 0) fail("a tolerance must not be negative");
    return node;
  }

  void over(Syntax& node) {
    need("over");
    node.over_offset = token().offset;
    node.over = need_name("a factor, \"seed\", \"epoch\" or \"layer\"");
  }

  SyntaxPointer binary(std::string_view symbols, SyntaxPointer (Parser::*operand)()) {
    SyntaxPointer left = (this->*operand)();
    for (int length = 0;
         is(Token::Kind::symbol) && token().text.size() == 1 && symbols.find(token().text[0]) != symbols.npos;) {
      if (++length > 1000) fail("more than 1000 terms");
      left = make_over(Kind::arithmetic, std::move(left));
      left->word = take().text;
      left->children.push_back((this->*operand)());
    }
    return left;
  }
  SyntaxPointer sum() { return binary("+-", &Parser::product); }
  SyntaxPointer product() { return binary("*/", &Parser::negated); }
  SyntaxPointer power() { return binary("^", &Parser::primary); }

  SyntaxPointer negated() {
    if (!is("-")) return power();
    SyntaxPointer node = make(Kind::arithmetic);
    node->word = take().text;
    node->children.push_back(make(Kind::number));
    node->children.push_back(power());
    return node;
  }

  SyntaxPointer primary() {
    SyntaxPointer node = make(Kind::number);
    if (is(Token::Kind::number)) {
      node->number = take().number;
      return node;
    }
    if (take("(")) return parenthesized();
    node->word = need_name("a number, a column or \"(\"");
    if (node->word == "first" && is(Token::Kind::name)) return first(std::move(node));
    if (find_reduction(node->word) && is(Token::Kind::name)) return reduction(std::move(node));
    if (find_function(node->word)) {
      node->kind = Kind::function;
      need("(");
      node->children.push_back(parenthesized());
      return node;
    }
    node->kind = Kind::column;
    if (take("(")) selectors(*node);
    return node;
  }

  // After "(".
  SyntaxPointer parenthesized() {
    SyntaxPointer node = disjunction();
    need(")");
    return node;
  }

  SyntaxPointer first(SyntaxPointer node) {
    node->kind = Kind::first;
    node->over_offset = token().offset;
    node->over = need_name("a factor or \"epoch\"");
    need("with");
    node->children.push_back(sum());
    const auto found = relation();
    if (!found || *found == Relation::equal) expected("\"<=\", \"<\", \">=\" or \">\"");
    node->relations.push_back(*found);
    take();
    node->children.push_back(sum());
    return node;
  }

  SyntaxPointer reduction(SyntaxPointer node) {
    over(*node);
    node->kind = node->over == "seed" ? Kind::over_seeds : Kind::reduction;
    need("of");
    node->children.push_back(nested([&] { return primary(); }));
    return node;
  }

  // After "(": a name alone in first place is the argument of probe, ensemble or bias_variance.
  void selectors(Syntax& node) {
    if (take(")")) return;
    if (is(Token::Kind::name) && (token(1).text == "," || token(1).text == ")")) {
      node.argument = literal();
      if (take(")")) return;
      need(",");
    }
    do {
      node.selectors.push_back(selector());
    } while (take(","));
    if (!take(")")) expected("\",\" or \")\"");
  }

  Selector selector() {
    Selector selector{.name = {}, .offset = token().offset};
    selector.name = need_name("a selection such as width=48");
    if (take("=") || take("==")) {
      const bool is_list = take("[");
      do {
        selector.values.push_back(literal());
      } while (is_list && take(","));
      if (is_list) {
        need("]");
      } else if (take("..")) {
        selector.range = true;
        selector.values.push_back(literal());
        for (const Literal& end : selector.values)
          if (!end.number) throw Mistakes(end.offset, "a range needs two numbers");
      }
      return selector;
    }
    const auto found = relation();
    if (!found) expected("\"=\", \"<=\" or \">=\"");
    take();
    selector.relation = *found;
    selector.values.push_back(literal());
    if (!selector.values[0].number) throw Mistakes(selector.values[0].offset, "expected a number");
    return selector;
  }

  Literal literal() {
    const std::size_t offset = token().offset;
    if (is(Token::Kind::name) || is(Token::Kind::string)) return {take().text, std::nullopt, offset};
    const std::string sign = is("-") ? "-" : "", digits = token(sign.size()).text;
    return {sign + digits, number("a value"), offset};
  }

  double number(std::string_view what) {
    const bool negative = take("-");
    if (!is(Token::Kind::number)) expected(what);
    return (negative ? -1 : 1) * take().number;
  }

  int depth_ = 0;
};

}  // namespace

SyntaxPointer parse(std::string_view text) { return Parser(text).parse(); }

}  // namespace descent::claims
