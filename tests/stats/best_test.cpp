#include "stats/stats.h"

#include <gtest/gtest.h>

#include <cmath>

namespace descent::stats {
namespace {

TEST(best, is_the_smallest_mean_with_the_points_not_distinguishable_from_it) {
  const auto best = choose_best({{0.5, 0.6, 0.7}, {0.2, 0.3, 0.4}, {0.21, 0.29, 0.42}, {0.3, 0.401, 0.5}});
  ASSERT_TRUE(best);
  EXPECT_EQ(best->chosen, 1u);
  EXPECT_NEAR(best->points[1].values->mean, 0.3, 1e-12);
  EXPECT_FALSE(best->points[0].equal);  // 0.3 larger with every seed
  EXPECT_TRUE(best->points[2].equal);
  EXPECT_FALSE(best->points[3].equal);  // paired: the seeds move both alike
}

// Two differences of mean 1 and sd sqrt(2): 1 -+ t(1 - 0.025 / 2, 1) = 25.4517 (R: qt(0.9875, 1)) for two rivals.
TEST(best, intervals_hold_simultaneously) {
  const auto best = choose_best({{0, 0}, {0, 2}, {5, 5}});
  ASSERT_TRUE(best);
  EXPECT_EQ(best->chosen, 0u);
  EXPECT_NEAR(*best->points[1].difference->high, 1 + 25.4517, 1e-3);
  EXPECT_TRUE(best->points[1].equal);
  EXPECT_FALSE(best->points[2].equal);  // a difference without spread
}

TEST(best, is_never_a_point_with_a_diverged_run) {
  const auto best = choose_best({{0.1, INFINITY}, {0.5, 0.6}});
  ASSERT_TRUE(best);
  EXPECT_EQ(best->chosen, 1u);
  EXPECT_FALSE(best->points[0].values);
  EXPECT_FALSE(choose_best({{INFINITY}, {NAN}}));
  EXPECT_FALSE(choose_best({}));
}

TEST(best, of_single_seeds_is_not_distinguishable) {
  const auto best = choose_best({{0.1}, {0.5}});
  ASSERT_TRUE(best);
  EXPECT_TRUE(best->points[1].equal);
}

}  // namespace
}  // namespace descent::stats
