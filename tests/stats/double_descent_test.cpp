#include "stats/double_descent.h"

#include <gtest/gtest.h>

#include <vector>

namespace descent::stats {
namespace {

TEST(double_descent, is_a_minimum_a_peak_and_a_minimum) {
  const std::vector<double> errors{0.6, 0.5, 0.52, 0.57, 0.55, 0.45, 0.46};
  const auto found = find_peak(errors);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->before, 1u);
  EXPECT_EQ(found->peak, 3u);
  EXPECT_EQ(found->after, 5u);
}

TEST(double_descent, takes_the_peak_that_stands_out_most_not_the_highest_value) {
  // The second value is higher but only 0.1 above the lowest before it.
  const std::vector<double> errors{0.8, 0.9, 0.3, 0.7, 0.2};
  EXPECT_EQ(find_peak(errors)->peak, 3u);
}

TEST(double_descent, is_absent_where_nothing_stands_out) {
  EXPECT_FALSE(find_peak(std::vector{5.0, 4.0, 3.0, 2.0}));
  EXPECT_FALSE(find_peak(std::vector{1.0, 2.0, 3.0}));
  EXPECT_FALSE(find_peak(std::vector{1.0, 1.0, 1.0}));
  EXPECT_FALSE(find_peak(std::vector{1.0, 2.0}));
  EXPECT_FALSE(find_peak(std::vector<double>{}));
}

}  // namespace
}  // namespace descent::stats
