#include <gmock/gmock.h>

#include "claims/syntax.h"

namespace descent::claims {
namespace {

// The tree with brackets around everything.
std::string shape(const Syntax& s) {
  using Kind = Syntax::Kind;
  std::string inside;
  for (const SyntaxPointer& child : s.children) inside += (inside.empty() ? "" : " ") + shape(*child);
  switch (s.kind) {
    case Kind::number: return std::to_string(static_cast<int>(s.number));
    case Kind::column: return s.word;
    case Kind::arithmetic:
    case Kind::function: return "(" + s.word + " " + inside + ")";
    case Kind::reduction:
    case Kind::over_seeds: return "(" + s.word + " " + s.over + " " + inside + ")";
    case Kind::first: return "(first " + s.over + " " + std::string(symbol(s.relations[0])) + " " + inside + ")";
    case Kind::comparison: {
      std::string relations;
      for (const Relation relation : s.relations) relations += symbol(relation);
      return "(" + relations + " " + inside + ")";
    }
    case Kind::trend: return "(" + s.word + " " + s.over + " " + inside + ")";
    case Kind::on_seeds: return "(on " + inside + ")";
    case Kind::conjunction: return "(and " + inside + ")";
    case Kind::disjunction: return "(or " + inside + ")";
  }
  return "?";
}

std::string parsed(std::string_view text) {
  try {
    return shape(*parse(text));
  } catch (const Mistakes& mistakes) {
    return std::to_string(mistakes.list.at(0).offset) + ": " + mistakes.list[0].message;
  }
}

TEST(parser, binds_power_before_products_before_sums) {
  EXPECT_EQ(parsed("a + b * c ^ 2 - d > 1"), "(> (- (+ a (* b (^ c 2))) d) 1)");
}

TEST(parser, subtracts_from_left_to_right) { EXPECT_EQ(parsed("a - b - c > 1"), "(> (- (- a b) c) 1)"); }

TEST(parser, reads_a_sign_as_a_difference_from_zero) { EXPECT_EQ(parsed("-a ^ 2 > 1"), "(> (- 0 (^ a 2)) 1)"); }

TEST(parser, keeps_a_chain_of_comparisons_together) { EXPECT_EQ(parsed("1 < a <= b"), "(<<= 1 a b)"); }

TEST(parser, binds_and_before_or) {
  EXPECT_EQ(parsed("a > 1 or b > 1 and c > 1"), "(or (> a 1) (and (> b 1) (> c 1)))");
}

TEST(parser, reduces_only_what_stands_next) {
  EXPECT_EQ(parsed("max over width of a - b >= 1"), "(>= (- (max width a) b) 1)");
  EXPECT_EQ(parsed("max over width of (a - b) >= 1"), "(>= (max width (- a b)) 1)");
  EXPECT_EQ(parsed("max over width of mean over lr of a >= 1"), "(>= (max width (mean lr a)) 1)");
}

TEST(parser, takes_one_comparison_into_first_and_compares_it_with_the_next) {
  EXPECT_EQ(parsed("first width with a <= 1 <= 50"), "(<= (first width <= a 1) 50)");
}

TEST(parser, applies_on_seeds_to_all_that_follows) {
  EXPECT_EQ(parsed("on at least 4 of 5 seeds: a > 1 or b > 1"), "(on (or (> a 1) (> b 1)))");
  const auto tree = parse("on at least 4 of 5 seeds: a > 1");
  EXPECT_EQ(tree->number, 4);
  EXPECT_EQ(tree->of, 5);
}

TEST(parser, reads_trends_and_their_tolerance) {
  EXPECT_EQ(parsed("a rises over width within 0.02"), "(rises width a)");
  EXPECT_EQ(parse("a falls over width within 0.02")->number, 0.02);
}

TEST(parser, allows_words_of_the_language_as_columns_of_their_own) {
  EXPECT_EQ(parsed("max > first"), "(> max first)");
}

TEST(parser, reads_every_form_of_selection) {
  const auto tree = parse("a(width=48, norm=[none, 'batch'], lr=1e-3..2.5, model.depth>=2, at=end) > 1");
  const auto& selectors = tree->children[0]->selectors;
  ASSERT_EQ(selectors.size(), 5u);
  EXPECT_EQ(selectors[0].values[0].number, 48);
  EXPECT_EQ(selectors[1].values[1].text, "batch");
  EXPECT_TRUE(selectors[2].range);
  EXPECT_EQ(selectors[2].values[0].number, 1e-3);
  EXPECT_EQ(selectors[2].values[1].number, 2.5);
  EXPECT_EQ(selectors[3].name, "model.depth");
  EXPECT_EQ(selectors[3].relation, Relation::at_least);
  EXPECT_EQ(selectors[4].values[0].text, "end");
  EXPECT_EQ(selectors[4].offset, 64u);
}

TEST(parser, distinguishes_integers_from_ranges) {
  const auto tree = parse("a(width=24..128) > .5");
  EXPECT_EQ(tree->children[0]->selectors[0].values[0].number, 24);
  EXPECT_EQ(tree->children[0]->selectors[0].values[1].number, 128);
  EXPECT_EQ(tree->children[1]->number, 0.5);
}

TEST(parser, reports_what_it_expected) {
  EXPECT_EQ(parsed(""), "0: the claim is empty");
  EXPECT_EQ(parsed("a >"), "3: expected a number, a column or \"(\", got the end");
  EXPECT_EQ(parsed("a > 1)"), "5: unexpected \")\"");
  EXPECT_EQ(parsed("(a > 1"), "6: expected \")\", got the end");
  EXPECT_EQ(parsed("a = 1"), "2: one \"=\" selects, as in (width=48); equality is \"==\"");
  EXPECT_EQ(parsed("a(width=4 > 1"), "10: expected \",\" or \")\", got \">\"");
  EXPECT_EQ(parsed("a(width=) > 1"), "8: expected a value, got \")\"");
  EXPECT_EQ(parsed("a(width=3..x) > 1"), "11: a range needs two numbers");
  EXPECT_EQ(parsed("max over of a > 1"), "12: expected \"of\", got \"a\"");
  EXPECT_EQ(parsed("on 3 seeds: a > 1"), "3: expected \"every seed\" or \"at least K of N seeds\", got \"3\"");
  EXPECT_EQ(parsed("on at least 6 of 5 seeds: a > 1"), "17: expected a number of seeds of at least 6, got \"5\"");
  EXPECT_EQ(parsed("first width with a == 1"), "19: expected \"<=\", \"<\", \">=\" or \">\", got \"==\"");
  EXPECT_EQ(parsed("a falls over b within -1"), "24: a tolerance must not be negative");
}

TEST(parser, refuses_unknown_characters_and_malformed_numbers) {
  EXPECT_EQ(parsed("a > 1 §"), "6: unexpected \"§\"");
  EXPECT_EQ(parsed("a > 1x"), "4: \"1x\" is not a number");
  EXPECT_EQ(parsed("a > 1e999"), "4: \"1e999\" is not a number");
  EXPECT_EQ(parsed("a(b='c) > 1"), "4: missing closing quote of a string");
}

TEST(parser, gives_up_on_deep_nesting) {
  EXPECT_THAT(parsed(std::string(5000, '(')), testing::HasSubstr("nested more than 64 levels deep"));
  std::string sums;
  for (int i = 0; i < 3000; ++i) sums += "sum over a of ";
  EXPECT_THAT(parsed(sums), testing::HasSubstr("nested more than 64 levels deep"));
}

}  // namespace
}  // namespace descent::claims
