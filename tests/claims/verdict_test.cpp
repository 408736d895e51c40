#include "claims/claims.h"

#include <gtest/gtest.h>

#include <cmath>

#include "claims/trial.h"

namespace descent::claims {
namespace {

// Five widths, as many seeds as asked for.
std::string widths(int seeds) {
  return R"({"data": "mnist1d", "model": {"width": 1, "depth": 1}, "train": {"epochs": 1}, "seeds": )" +
         std::to_string(seeds) + R"(, "sweep": {"model.width": [1, 2, 3, 4, 5]}})";
}

TEST(verdict, holds_if_the_interval_lies_beyond_the_margin_and_fails_if_short_of_it) {
  // Differences 1, 2, 3 over three seeds: 2 +- t(0.975, 2) / sqrt(3), t(0.975, 2) = 4.302652729749462.
  const Trial trial(widths(3));
  const auto values = [](const std::string&, double width, double seed) { return width == 2 ? 10 + seed + 1 : 10.0; };
  const double half = 4.302652729749462 / std::sqrt(3.0);
  const Check check = trial.judge("final_test_loss(width=2) - final_test_loss(width=1) >= 0.5", values);
  EXPECT_EQ(check.verdict, Verdict::undecided);
  EXPECT_EQ(check.n, 3u);
  EXPECT_EQ(check.margin, 0.5);
  EXPECT_NEAR(*check.measured, 2, 1e-12);
  EXPECT_NEAR(*check.low, 2 - half, 1e-12);
  EXPECT_NEAR(*check.high, 2 + half, 1e-12);
  const auto verdict = [&](const std::string& relation) {
    return trial.judge("final_test_loss(width=2) - final_test_loss(width=1) " + relation, values).verdict;
  };
  EXPECT_EQ(verdict(">= -0.4841"), Verdict::undecided);
  EXPECT_EQ(verdict(">= -0.4842"), Verdict::holds);
  EXPECT_EQ(verdict(">= 4.4841"), Verdict::undecided);
  EXPECT_EQ(verdict(">= 4.4842"), Verdict::fails);
  EXPECT_EQ(verdict("<= 4.4842"), Verdict::holds);
  EXPECT_EQ(verdict("< -0.4842"), Verdict::fails);
}

TEST(verdict, moves_constants_to_the_margin) {
  const Trial trial(widths(3));
  const auto values = [](const std::string&, double width, double) { return width; };
  const Check check = trial.judge("final_test_loss(width=5) + 1 >= final_test_loss(width=1) + 3", values);
  EXPECT_EQ(*check.measured, 4);
  EXPECT_EQ(check.margin, 2);
  const Check mirrored = trial.judge("2 <= final_test_loss(width=5)", values);
  EXPECT_EQ(mirrored.relation, Relation::at_least);
  EXPECT_EQ(*mirrored.measured, 5);
  EXPECT_EQ(mirrored.margin, 2);
}

TEST(verdict, pairs_the_runs_of_a_seed) {
  // Each seed has its own level, a hundred times the difference; ratios of the pairs are all 2.
  const Trial trial(widths(3));
  const auto values = [](const std::string&, double width, double seed) { return width * std::pow(100, seed); };
  const Check ratio = trial.judge("final_test_loss(width=2) / final_test_loss(width=1) >= 1.99", values);
  EXPECT_EQ(ratio.verdict, Verdict::holds);
  EXPECT_EQ(*ratio.low, 2);
  const Check logarithm = trial.judge("log(final_test_loss(width=2)) - log(final_test_loss(width=1)) >= 0.69", values);
  EXPECT_NEAR(*logarithm.measured, std::log(2), 1e-12);
  EXPECT_EQ(logarithm.verdict, Verdict::holds);
}

TEST(verdict, needs_two_seeds_for_an_interval_of_a_mean_and_five_for_a_statistic_of_means) {
  const auto values = [](const std::string&, double width, double) { return width; };
  const Check one = Trial(widths(1)).judge("final_test_loss(width=1) >= 0", values);
  EXPECT_EQ(one.verdict, Verdict::undecided);
  EXPECT_EQ(one.reason, "1 seed; an interval needs 2");
  EXPECT_EQ(*one.measured, 1);
  const Check four = Trial(widths(4)).judge("max over width of final_test_loss >= 0", values);
  EXPECT_EQ(four.verdict, Verdict::undecided);
  EXPECT_EQ(four.reason, "4 seeds; an interval needs 5");
  EXPECT_EQ(Trial(widths(5)).judge("max over width of final_test_loss >= 0", values).verdict, Verdict::holds);
}

TEST(verdict, takes_a_maximum_of_means_not_a_mean_of_maxima) {
  // Each seed peaks elsewhere; the means are all 1.
  const Trial trial(widths(5));
  const auto values = [](const std::string&, double width, double seed) { return width == seed + 1 ? 5.0 : 0.0; };
  const Check check = trial.judge("max over width of final_test_loss >= 0", values);
  EXPECT_EQ(*check.measured, 1);
  EXPECT_EQ(*trial.judge("on every seed: max over width of final_test_loss == 5", values).measured, 5);
}

TEST(verdict, bounds_the_position_of_a_maximum_by_its_candidates) {
  // Seeds 0 to 5 peak at width 2, seeds 6 to 9 at width 4.
  const Trial trial(widths(10));
  const auto values = [](const std::string&, double width, double seed) {
    return width == (seed < 6 ? 2 : 4) ? 1.0 : 0.0;
  };
  const Check check = trial.judge("argmax over width of final_test_loss <= 3", values);
  EXPECT_EQ(*check.measured, 2);
  EXPECT_EQ(*check.low, 2);
  EXPECT_EQ(*check.high, 4);
  EXPECT_EQ(check.verdict, Verdict::undecided);
  EXPECT_EQ(trial.judge("1 < argmax over width of final_test_loss < 5", values).verdict, Verdict::holds);
}

TEST(verdict, decides_the_equality_of_a_position_by_its_bounds) {
  const Trial trial(widths(5));
  const auto peak = [](const std::string&, double width, double seed) { return (width == 3 ? 2 : 1) + 0.01 * seed; };
  EXPECT_EQ(trial.judge("argmax over width of final_test_loss == 3", peak).verdict, Verdict::holds);
  EXPECT_EQ(trial.judge("argmax over width of final_test_loss == 4", peak).verdict, Verdict::fails);
  const auto noise = [](const std::string&, double width, double seed) { return std::sin(7 * width + 3 * seed); };
  EXPECT_EQ(trial.judge("argmax over width of final_test_loss == 3", noise).verdict, Verdict::undecided);
}

// Values 1, 2, 3, 4, 5 of width 1; the others are smaller by more than any seed differs. t(1 - 0.025 / 5, 4) =
// 4.604094871415897, t(0.975, 4) = 2.7764451051977987.
TEST(verdict, bounds_a_maximum_from_below_for_all_and_from_above_for_one) {
  const Trial trial(widths(5));
  const auto values = [](const std::string&, double width, double seed) { return seed + 1 - 1000 * (width - 1); };
  const Check check = trial.judge("max over width of final_test_loss >= 0", values);
  const double error = std::sqrt(2.5 / 5);
  EXPECT_NEAR(*check.low, 3 - 4.604094871415897 * error, 1e-9);
  EXPECT_NEAR(*check.high, 3 + 2.7764451051977987 * error, 1e-9);
}

// The bounds of the median of ten values by the sign test: the second smallest and largest, P(fewer than 2) = 0.011.
TEST(verdict, bounds_a_median_over_seeds_by_order_statistics) {
  const auto values = [](const std::string&, double, double seed) { return seed; };
  const Check check = Trial(widths(10)).judge("median over seed of final_test_loss(width=1) >= 0.5", values);
  EXPECT_EQ(*check.measured, 4.5);
  EXPECT_EQ(*check.low, 1);
  EXPECT_EQ(*check.high, 8);
  EXPECT_EQ(check.verdict, Verdict::holds);
  EXPECT_EQ(Trial(widths(5)).judge("median over seed of final_test_loss(width=1) >= 0", values).verdict,
            Verdict::undecided);
}

TEST(verdict, bounds_the_cost_of_nested_maxima) {
  std::string values, claim = "max over width of final_test_loss";
  for (int width = 2; width <= 1000; ++width) values += ", " + std::to_string(width);
  for (int i = 1; i < 100; ++i) claim += " + max over width of final_test_loss";
  const Trial trial(R"({"data": "mnist1d", "model": {"width": 1, "depth": 1}, "train": {"epochs": 1}, "seeds": 5,
                        "sweep": {"model.width": [1)" +
                    values + "]}}");
  const auto number = [](const std::string&, double width, double) { return width; };
  EXPECT_EQ(trial.judge(claim + " >= 99999", number).verdict, Verdict::holds);
}

TEST(verdict, interpolates_the_first_position_beyond_a_bound) {
  const Trial trial(widths(5));
  const auto values = [](const std::string&, double width, double) { return 1 - width / 10; };  // 0.9 ... 0.5
  const Check check = trial.judge("first width with final_train_error <= 0.65 <= 3.6", values);
  EXPECT_NEAR(*check.measured, 3.5, 1e-12);
  EXPECT_EQ(check.verdict, Verdict::holds);
  const Check at_once = trial.judge("first width with final_train_error < 0.95 <= 1", values);
  EXPECT_EQ(*at_once.measured, 1);
  const Check never = trial.judge("first width with final_train_error <= 0.1 <= 5", values);
  EXPECT_TRUE(std::isinf(*never.measured));
}

TEST(verdict, judges_equality_exactly_on_every_seed) {
  const Trial trial(widths(5));
  const auto almost = [](const std::string&, double, double seed) { return seed == 3 ? 1e-300 : 0.0; };
  const Check check = trial.judge("final_test_loss(width=1) == 0", almost);
  EXPECT_EQ(check.verdict, Verdict::fails);
  EXPECT_EQ(*check.measured, 1e-300);
  EXPECT_FALSE(check.low);
  EXPECT_EQ(trial.judge("final_test_loss(width=1) == 0", [](auto&, double, double) { return 0.0; }).verdict,
            Verdict::holds);
}

TEST(verdict, counts_seeds) {
  const Trial trial(widths(10));
  const auto values = [](const std::string&, double, double seed) { return seed; };  // 8 of 10 above 1
  const Check four_fifths = trial.judge("on at least 4 of 5 seeds: final_test_loss(width=1) > 1", values);
  EXPECT_EQ(four_fifths.verdict, Verdict::holds);
  EXPECT_EQ(*four_fifths.measured, 8);
  EXPECT_EQ(four_fifths.margin, 8);
  EXPECT_EQ(trial.judge("on every seed: final_test_loss(width=1) > 1", values).verdict, Verdict::fails);
  EXPECT_EQ(Trial(widths(3)).judge("on at least 4 of 5 seeds: final_test_loss(width=1) > 1", values).verdict,
            Verdict::undecided);
}

TEST(verdict, reduces_over_seeds_without_an_interval_if_it_is_about_these_runs) {
  const Trial trial(widths(5));
  const auto values = [](const std::string&, double, double seed) { return seed; };
  const Check check = trial.judge("max over seed of final_test_loss(width=1) <= 4", values);
  EXPECT_EQ(check.verdict, Verdict::holds);
  EXPECT_FALSE(check.low);
  EXPECT_EQ(*trial.judge("median over seed of final_test_loss(width=1) >= 0", values).measured, 2);
}

TEST(verdict, checks_every_value_of_open_factors_and_shows_the_worst) {
  const Trial trial(widths(3));
  const auto values = [](const std::string&, double width, double) { return width; };
  const Check check = trial.judge("final_test_loss <= 4", values);
  EXPECT_EQ(check.verdict, Verdict::fails);
  EXPECT_EQ(check.where, "width=5");
  EXPECT_EQ(check.parts.size(), 5u);
}

TEST(verdict, checks_every_step_of_a_trend) {
  const Trial trial(widths(3));
  const auto falling = [](const std::string&, double width, double seed) { return 10 - width + 0.01 * seed; };
  EXPECT_EQ(trial.judge("final_test_loss falls over width", falling).verdict, Verdict::holds);
  EXPECT_EQ(trial.judge("final_test_loss rises over width", falling).verdict, Verdict::fails);
  const auto bump = [](const std::string&, double width, double) { return width == 3 ? 8.0 : 10 - width; };
  const Check check = trial.judge("final_test_loss falls over width", bump);
  EXPECT_EQ(check.verdict, Verdict::fails);
  EXPECT_EQ(check.where, "from 2 to 3");
  EXPECT_EQ(trial.judge("final_test_loss falls over width within 0.1", bump).verdict, Verdict::holds);
}

TEST(verdict, does_not_let_a_tolerance_add_up) {
  const Trial trial(widths(3));
  const auto creeping = [](const std::string&, double width, double) { return 0.1 * width; };
  const Check check = trial.judge("final_test_loss falls over width within 0.15", creeping);
  EXPECT_EQ(check.verdict, Verdict::fails);
  EXPECT_EQ(check.where, "from 1 to 5");
}

TEST(verdict, joins_statements) {
  const Trial trial(widths(3));
  const auto values = [](const std::string&, double width, double) { return width; };
  const auto verdict = [&](const std::string& claim) { return trial.judge(claim, values).verdict; };
  EXPECT_EQ(verdict("final_test_loss(width=1) > 0 and final_test_loss(width=2) > 3"), Verdict::fails);
  EXPECT_EQ(verdict("final_test_loss(width=1) > 0 or final_test_loss(width=2) > 3"), Verdict::holds);
  EXPECT_EQ(verdict("final_test_loss(width=1) < final_test_loss(width=2) < final_test_loss(width=3)"), Verdict::holds);
  EXPECT_EQ(verdict("final_test_loss(width=1) < final_test_loss(width=3) < final_test_loss(width=2)"), Verdict::fails);
}

TEST(verdict, is_undecided_while_runs_are_missing) {
  const Trial trial(widths(3));
  const auto values = [](const std::string&, double width, double) { return width; };
  const auto drop_one = [](std::vector<RunState>& states) { states[1] = RunState::missing; };
  const Check check = trial.judge("final_test_loss(width=1) >= 0", values, drop_one);
  EXPECT_EQ(check.verdict, Verdict::undecided);
  EXPECT_EQ(check.reason, "1 of 3 runs missing");
  EXPECT_EQ(trial.judge("final_test_loss(width=2) >= 0", values, drop_one).verdict, Verdict::holds);
  EXPECT_EQ(trial.judge("on every seed: final_test_loss(width=1) >= 0", values, drop_one).verdict, Verdict::undecided);
}

TEST(verdict, is_undecided_if_a_run_diverged_and_says_where) {
  const Trial trial(widths(3));
  const auto values = [](const std::string&, double width, double) { return width; };
  const auto diverge = [](std::vector<RunState>& states) { states[1] = RunState::diverged; };
  const Check check = trial.judge("final_test_loss(width=1) >= 0", values, diverge);
  EXPECT_EQ(check.verdict, Verdict::undecided);
  EXPECT_EQ(check.reason, "1 of 3 runs diverged (width=1); select points without them, or ask for diverged(...)");
  EXPECT_EQ(trial.judge("max over width of final_test_loss >= 0", values, diverge).verdict, Verdict::undecided);
  EXPECT_EQ(trial.judge("on at least 2 of 3 seeds: final_test_loss(width=1) >= 0", values, diverge).verdict,
            Verdict::holds);
}

TEST(verdict, ignores_diverged_runs_in_a_minimum) {
  const Trial trial(widths(5));
  const auto values = [](const std::string&, double width, double) { return width; };
  const auto diverge = [](std::vector<RunState>& states) { states[1] = RunState::diverged; };  // of width 1
  EXPECT_EQ(*trial.judge("min over width of final_test_loss == 2", values, diverge).measured, 2);
  EXPECT_EQ(trial.judge("argmin over width of final_test_loss == 2", values, diverge).verdict, Verdict::holds);
  EXPECT_EQ(trial.judge("final_test_loss(width=5) - min over width of final_test_loss >= 3", values, diverge).verdict,
            Verdict::holds);
  // Seed by seed, the widths of which that seed's runs did not diverge.
  EXPECT_EQ(*trial.judge("on every seed: min over width of final_test_loss <= 2", values, diverge).measured, 5);
  EXPECT_EQ(*trial.judge("on every seed: min over width of final_test_loss <= 1", values, diverge).measured, 4);
  const auto all = [](std::vector<RunState>& states) { std::ranges::fill(states, RunState::diverged); };
  EXPECT_EQ(trial.judge("min over width of final_test_loss <= 2", values, all).verdict, Verdict::undecided);
}

TEST(verdict, can_be_about_divergence) {
  const Trial trial(widths(3));
  const auto values = [](const std::string&, double, double seed) { return seed == 0 ? 2.3 : 0.0; };
  const auto diverge = [](std::vector<RunState>& states) { states[1] = states[2] = RunState::diverged; };
  EXPECT_EQ(trial.judge("diverged(width=1)", values, diverge).verdict, Verdict::fails);
  EXPECT_EQ(
      trial.judge("on every seed: diverged(width=1) or final_train_loss(width=1) >= 2.29", values, diverge).verdict,
      Verdict::holds);
  EXPECT_EQ(trial.judge("sum over seed of diverged(width=1) == 2", values, diverge).verdict, Verdict::holds);
  EXPECT_EQ(trial.judge("diverged(width=2)", values, diverge).verdict, Verdict::fails);
}

TEST(verdict, is_undecided_if_a_statistic_has_no_value) {
  const Trial trial(widths(5));
  const auto values = [](const std::string&, double, double) { return 0.0; };
  for (const char* claim : {"max over width of final_test_loss / (min over width of final_test_loss) >= 0",
                            "median over seed of (1 / final_test_loss(width=1) - 1 / final_test_loss(width=2)) >= 0"}) {
    const Check check = trial.judge(claim, values);
    EXPECT_EQ(check.verdict, Verdict::undecided) << claim;
    EXPECT_EQ(check.reason, "not a number") << claim;
  }
}

TEST(verdict, shows_the_interval_that_comes_nearest_to_its_margin) {
  const Trial trial(widths(3));  // width 5 has the smallest mean, width 2 the widest interval
  const auto values = [](const std::string&, double width, double seed) {
    return width == 2 ? 20 + seed : width == 5 ? 19.0 : 30.0;
  };
  EXPECT_EQ(trial.judge("final_test_loss >= 0", values).where, "width=2");
  EXPECT_EQ(trial.judge("-final_test_loss <= 0", values).where, "width=2");
}

TEST(verdict, measures_nothing_if_no_value_is_a_number) {
  const Trial trial(widths(3));
  const auto values = [](const std::string&, double, double) { return 0.0; };
  EXPECT_FALSE(trial.judge("final_test_loss(width=1) / final_test_loss(width=2) >= 0", values).measured);
}

TEST(verdict, is_undecided_if_a_number_has_no_value) {
  const Trial trial(widths(3));
  const auto values = [](const std::string&, double, double seed) { return seed; };  // 1 / 0 for seed 0
  const Check check = trial.judge("1 / final_test_loss(width=1) >= 0", values);
  EXPECT_EQ(check.verdict, Verdict::undecided);
  EXPECT_EQ(check.reason, "1 of 3 runs without a value");
}

}  // namespace
}  // namespace descent::claims
