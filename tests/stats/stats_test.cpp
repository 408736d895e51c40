#include "stats/stats.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace descent::stats {
namespace {

// Printed by scipy.stats.t.ppf(p, df) of SciPy 1.17.1.
TEST(stats, quantiles_of_student_t_are_those_of_scipy) {
  struct Case {
    double p, df, expected;
  };
  for (const Case& c : std::vector<Case>{{0.975, 1, 12.706204736174694},
                                         {0.975, 2, 4.302652729749462},
                                         {0.975, 3, 3.1824463052837078},
                                         {0.975, 4, 2.7764451051977934},
                                         {0.975, 9, 2.262157162798205},
                                         {0.975, 19, 2.0930240544083087},
                                         {0.975, 99, 1.9842169515864174},
                                         {0.975, 1e6, 1.959966356814107},
                                         {0.025, 4, -2.7764451051977943},
                                         {0.9999, 2, 70.70007107496818},
                                         {0.75, 0.5, 1.5537739740300383}})
    EXPECT_NEAR(student_t_quantile(c.p, c.df), c.expected, 1e-9 * std::abs(c.expected)) << c.p << " " << c.df;
  EXPECT_EQ(student_t_quantile(0.5, 3), 0);
}

// scipy.stats.t.interval(0.95, 4, mean, sem) of SciPy 1.17.1.
TEST(stats, describe_a_sample_by_mean_sd_and_interval) {
  const Description sample = describe(std::vector{0.31, 0.29, 0.35, 0.30, 0.33});
  EXPECT_EQ(sample.n, 5u);
  EXPECT_NEAR(sample.mean, 0.316, 1e-15);
  EXPECT_NEAR(*sample.sd, 0.024083189157584593, 1e-15);
  EXPECT_NEAR(*sample.low, 0.286096771061096, 1e-12);
  EXPECT_NEAR(*sample.high, 0.345903228938904, 1e-12);
}

TEST(stats, of_one_value_have_no_interval) {
  const Description sample = describe(std::vector{0.7});
  EXPECT_EQ(sample.mean, 0.7);
  EXPECT_FALSE(sample.sd || sample.low || sample.high);
}

TEST(stats, of_equal_values_have_no_spread) {
  const Description sample = describe(std::vector(7, 0.1));
  EXPECT_EQ(sample.mean, 0.1);
  EXPECT_EQ(*sample.sd, 0);
  EXPECT_EQ(*sample.low, 0.1);
}

}  // namespace
}  // namespace descent::stats
