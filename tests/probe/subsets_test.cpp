#include "probe/subsets.h"

#include <gtest/gtest.h>

#include <set>

namespace descent::probe {
namespace {

TEST(subsets, are_enumerated_if_few) {
  core::Random random(1);
  const auto sets = subsets(4, 2, 10, random);
  EXPECT_EQ(std::set(sets.begin(), sets.end()).size(), 6u);
  EXPECT_EQ(subsets(4, 0, 10, random), (std::vector<std::vector<std::int32_t>>{{}}));
  EXPECT_EQ(subsets(4, 4, 10, random), (std::vector<std::vector<std::int32_t>>{{0, 1, 2, 3}}));
}

TEST(subsets, are_random_if_many) {
  core::Random random(1);
  const auto sets = subsets(20, 10, 12, random);
  EXPECT_EQ(sets.size(), 12u);
  for (const auto& set : sets) EXPECT_EQ(std::set(set.begin(), set.end()).size(), 10u);
}

TEST(subsets, are_counted_by_binomial_coefficients) {
  EXPECT_EQ(binomial(20, 0), 1);
  EXPECT_EQ(binomial(20, 10), 184756);
  EXPECT_EQ(binomial(20, 20), 1);
}

}  // namespace
}  // namespace descent::probe
