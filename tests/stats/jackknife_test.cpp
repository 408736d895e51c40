#include "stats/stats.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.h"

namespace descent::stats {
namespace {

double variance(std::span<const double> values) { return std::pow(*describe(values).sd, 2); }

std::vector<double> pseudo_values_of(double (*statistic)(std::span<const double>), const std::vector<double>& sample) {
  std::vector<double> without;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    std::vector<double> others = sample;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    without.push_back(statistic(others));
  }
  return pseudo_values(statistic(sample), without);
}

TEST(jackknife, pseudo_values_of_a_mean_are_the_values) {
  const std::vector<double> sample{3, 1, 4, 1, 5, 9};
  const auto values = pseudo_values_of([](std::span<const double> v) { return describe(v).mean; }, sample);
  for (std::size_t i = 0; i < sample.size(); ++i) EXPECT_NEAR(values[i], sample[i], 1e-14);
}

// The variance of the unbiased variance of n values is m4 / n - (n - 3) / (n (n - 1)) s4: for the normal 2 /
// (n - 1).
TEST(jackknife, pseudo_values_spread_as_the_statistic_does) {
  core::Random random(3);
  double spread = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    std::vector<double> sample(20);
    for (double& value : sample) value = random.normal();
    const auto values = pseudo_values_of(variance, sample);
    EXPECT_NEAR(describe(values).mean, variance(sample), 1e-12);
    spread += variance(values) / 20 / 2000;
  }
  EXPECT_NEAR(spread, 2.0 / 19, 0.15 * 2 / 19);  // the jackknife errs on the large side
}

}  // namespace
}  // namespace descent::stats
