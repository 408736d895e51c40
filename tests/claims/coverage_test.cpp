// How often statements that are false at their margin are said to hold. Nominal: 2.5 %.

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "claims/evaluate.h"
#include "claims/trial.h"
#include "core/random.h"
#include "stats/stats.h"

namespace descent::claims {
namespace {

constexpr int trials = 1000;
constexpr double most = 0.035 * trials;
constexpr std::size_t tied_widths = 6;

using Means = std::array<double, tied_widths>;

// How many of the trials have this verdict. The values of a run are its width's mean, a part that all runs of its seed
// share, and noise.
int count(const std::string& claim, int seeds, const Means& means, Verdict verdict = Verdict::holds) {
  const Trial trial(R"({"data": "mnist1d", "model": {"width": 1, "depth": 1}, "train": {"epochs": 1}, "seeds": )" +
                    std::to_string(seeds) + R"(, "sweep": {"model.width": [1, 2, 3, 4, 5, 6]}})");
  core::Random random(1);
  int found = 0;
  for (int i = 0; i < trials; ++i) {
    std::vector<std::vector<double>> values(tied_widths, std::vector<double>(static_cast<std::size_t>(seeds)));
    for (std::size_t seed = 0; seed < static_cast<std::size_t>(seeds); ++seed) {
      const double shared = 0.5 * random.normal();
      for (std::size_t w = 0; w < tied_widths; ++w) values[w][seed] = means[w] + shared + random.normal();
    }
    const Check check = trial.judge(claim, [&](const std::string&, double width, double seed) {
      return values[static_cast<std::size_t>(width) - 1][static_cast<std::size_t>(seed)];
    });
    found += check.verdict == verdict;
    if (check.low) {
      EXPECT_LE(*check.low, *check.measured) << claim;
      EXPECT_GE(*check.high, *check.measured) << claim;
    }
  }
  return found;
}

constexpr Means tied{10, 10, 10, 10, 10, 10}, apart{10, 10.3, 11, 13, 11, 10.3};

struct Case {
  const char* claim;
  Means means;
};
const std::vector<Case> cases{
    {"final_test_loss(width=1) >= 10", tied},
    {"final_test_loss(width=1) - final_test_loss(width=2) < 0", tied},
    {"log(final_test_loss(width=1) / final_test_loss(width=2)) > 0", tied},
    {"final_test_loss falls over width", {14, 13, 12, 12, 11, 10}},
    {"final_test_loss rises over width within 0.5", {10, 11, 12, 11.5, 13, 14}},
    {"final_test_loss >= 10", apart},
    {"max over width of final_test_loss >= 10", tied},
    {"max over width of final_test_loss >= 13", apart},
    {"max over width of final_test_loss <= 10", tied},
    {"max over width of final_test_loss <= 13", apart},
    {"min over width of final_test_loss <= 10", tied},
    {"min over width of final_test_loss <= 10", apart},
    {"min over width of final_test_loss >= 10", tied},
    {"median over width of final_test_loss >= 10", tied},
    {"median over width of final_test_loss <= 10.65", apart},
    {"max over width of final_test_loss - min over width of final_test_loss > 0", tied},
    {"max over width of final_test_loss - min over width of final_test_loss >= 3", apart},
    {"max over width of final_test_loss - min over width of final_test_loss <= 3", apart},
    {"max over width of final_test_loss(width<=3) - min over width of final_test_loss(width>=4) >= 0", tied},
    {"min over width of final_test_loss(width<=3) - max over width of final_test_loss(width>=4) >= 0", tied},
    {"max over width of final_test_loss(width>=2) - final_test_loss(width=1) >= 0", tied},
    {"max over width of final_test_loss / (min over width of final_test_loss) > 1", tied},
    {"final_test_loss(width=1) / (min over width of final_test_loss(width>=2)) >= 1", tied},
    {"log(max over width of final_test_loss) > log(10)", tied},
    {"exp(0.1 * (max over width of final_test_loss)) * (min over width of final_test_loss) >= 10 * exp(1)", tied},
    {"argmax over width of final_test_loss < 4", {10, 10, 11.9, 12, 10, 10}},
    {"argmax over width of final_test_loss >= 4", {10, 10, 12, 11.9, 10, 10}},
    {"argmin over width of final_test_loss == 3", {10, 8, 8, 12, 10, 10}},
    {"2 * (argmin over width of final_test_loss) + (argmax over width of final_test_loss) <= 7",
     {10, 8, 10, 12, 11.9, 10}},
    {"first width with final_test_loss <= 10.5 <= 3", {14, 12, 10.6, 10.4, 9, 8}},
    {"first width with final_test_loss <= 10.5 >= 3.6", {14, 12, 10.6, 10.4, 9, 8}},
    {"median over seed of final_test_loss(width=1) >= 10", tied},
    {"mean over seed of final_test_loss(width=1) >= 10", tied},
    {"final_test_loss(width=1) > 10 or final_test_loss(width=2) > 10 or final_test_loss(width=3) > 10", tied},
    {"final_test_loss(width=1) > 10 and final_test_loss(width=2) > 9", tied},
    {"10 < final_test_loss(width=1) < 20", tied},
};

TEST(coverage, false_statements_rarely_hold) {
  for (const int seeds : {5, 10, 20})
    for (const Case& each : cases)
      EXPECT_LE(count(each.claim, seeds, each.means), most) << each.claim << ", " << seeds << " seeds";
}

TEST(coverage, clearly_true_statements_hold) {
  for (const Case& each : std::vector<Case>{
           {"max over width of final_test_loss >= 5", apart},
           {"max over width of final_test_loss - min over width of final_test_loss >= 10", {10, 10, 10, 30, 10, 10}},
           {"argmax over width of final_test_loss == 4", {10, 10, 10, 30, 10, 10}},
           {"first width with final_test_loss <= 10.5 <= 4", {30, 30, 30, 0, 0, 0}},
           {"max over width of final_test_loss / final_test_loss(width=1) >= 1.5", {10, 10, 10, 30, 10, 10}}})
    EXPECT_GE(count(each.claim, 10, each.means), 0.99 * trials) << each.claim;
}

TEST(coverage, true_statements_rarely_fail) {
  EXPECT_LE(count("final_test_loss <= 10", 5, tied, Verdict::fails), most);
  EXPECT_LE(count("final_test_loss(width=1) <= 10 and final_test_loss(width=2) <= 10", 5, tied, Verdict::fails), most);
  EXPECT_LE(count("max over width of final_test_loss <= 10", 5, tied, Verdict::fails), most);
}

// The variance of networks, a mean over 50 examples of unbiased variances, as bias_variance(squared_variance) has it.
TEST(coverage, bounds_of_statistics_of_all_seeds_cover) {
  for (const std::size_t seeds : {5u, 10u, 20u}) {
    core::Random random(2);
    int below = 0, above = 0;
    for (int i = 0; i < trials; ++i) {
      std::vector<std::vector<double>> outputs(50, std::vector<double>(seeds));
      for (auto& example : outputs)
        for (double& value : example) value = random.normal();
      const auto variance_without = [&](std::size_t left_out) {  // `seeds`: none
        double mean = 0;
        for (std::vector<double> example : outputs) {
          if (left_out < seeds) example.erase(example.begin() + static_cast<std::ptrdiff_t>(left_out));
          mean += std::pow(*stats::describe(example).sd, 2) / 50;
        }
        return mean;
      };
      std::vector<double> without;
      for (std::size_t seed = 0; seed < seeds; ++seed) without.push_back(variance_without(seed));
      const EstimatePointer estimate = mean_of(stats::pseudo_values(variance_without(seeds), without));
      const auto [low, high] = estimate->bounds(0.025, 0.025);
      below += high < 1;
      above += low > 1;
    }
    EXPECT_LE(below, most) << seeds;
    EXPECT_LE(above, most) << seeds;
  }
}

}  // namespace
}  // namespace descent::claims
