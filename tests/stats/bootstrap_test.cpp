#include "stats/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "core/random.h"
#include "stats/stats.h"

namespace descent::stats {
namespace {

TEST(bootstrap, draws_the_same_indices_of_the_sample_again_and_again) {
  const auto& samples = resamples(7);
  ASSERT_EQ(samples.size(), bootstrap_resamples);
  double sum = 0;
  for (const auto& sample : samples) {
    ASSERT_EQ(sample.size(), 7u);
    for (const std::size_t index : sample) {
      ASSERT_LT(index, 7u);
      sum += static_cast<double>(index);
    }
  }
  EXPECT_EQ(&resamples(7), &samples);
  // The mean index is 3 with a standard error of 2 / sqrt(14000) = 0.017.
  EXPECT_NEAR(sum / (7.0 * bootstrap_resamples), 3, 0.07);
}

TEST(bootstrap, takes_percentiles_widened_for_small_samples) {
  std::vector<double> replicates(2000);
  std::iota(replicates.begin(), replicates.end(), 0.0);
  // n = 5: z = sqrt(5/4) t(0.975, 4) = 1.118034 * 2.776445 = 3.104160, a tail of 0.000954: rank 1 of 1999.
  EXPECT_EQ(expanded_percentile(replicates, 5), (std::pair{1.0, 1998.0}));
  // n = 20: z = sqrt(20/19) 2.093024 = 2.147397, a tail of 0.015881: rank 31.
  EXPECT_EQ(expanded_percentile(replicates, 20), (std::pair{31.0, 1968.0}));
}

TEST(bootstrap, keeps_infinite_values_at_the_ends) {
  std::vector<double> replicates(2000, 1.0);
  for (std::size_t i = 0; i < 100; ++i) replicates[i] = INFINITY;
  EXPECT_EQ(expanded_percentile(replicates, 20), (std::pair{1.0, double{INFINITY}}));
}

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

TEST(bootstrap, pseudo_values_of_a_mean_are_the_values) {
  const std::vector<double> sample{3, 1, 4, 1, 5, 9};
  const auto values = pseudo_values_of([](std::span<const double> v) { return describe(v).mean; }, sample);
  for (std::size_t i = 0; i < sample.size(); ++i) EXPECT_NEAR(values[i], sample[i], 1e-14);
}

// The variance of the unbiased variance of n values is m4 / n - (n - 3) / (n (n - 1)) s4: for the normal 2 /
// (n - 1).
TEST(bootstrap, pseudo_values_spread_as_the_statistic_does) {
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
