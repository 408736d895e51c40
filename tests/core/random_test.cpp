#include "core/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace descent::core {
namespace {

// Known answers of philox4x32-10 in Random123 (kat_vectors, Salmon et al. 2011).
TEST(random, philox_gives_the_known_answers_of_random123) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}), (PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(random, the_words_of_a_stream_are_the_blocks_of_its_counter) {
  Random random(0x0000000200000001, 0x0000000400000003);
  const PhiloxBlock first = philox({0, 0, 3, 4}, {1, 2}), second = philox({1, 0, 3, 4}, {1, 2});
  for (const std::uint32_t word : first) EXPECT_EQ(random.next(), word);
  for (const std::uint32_t word : second) EXPECT_EQ(random.next(), word);
}

TEST(random, below_is_uniform) {
  Random random(1);
  std::map<std::uint32_t, int> counts;
  for (int i = 0; i < 70000; ++i) ++counts[random.below(7)];
  ASSERT_EQ(counts.size(), 7u);
  for (const auto& [value, count] : counts) EXPECT_NEAR(count, 10000, 5 * std::sqrt(10000 * 6 / 7.)) << value;
}

TEST(random, below_rejects_the_words_that_would_bias_it) {
  // Three quarters of 2^32: without rejection, multiples of three would be twice as frequent as other values.
  Random random(2);
  int multiples = 0;
  for (int i = 0; i < 30000; ++i) multiples += random.below(0xc0000000) % 3 == 0;
  EXPECT_NEAR(multiples, 10000, 5 * std::sqrt(30000 * 2 / 9.));
}

TEST(random, below_one_is_zero) {
  Random random(3);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(random.below(1), 0u);
}

TEST(random, uniform_lies_in_zero_to_one_with_mean_a_half) {
  Random random(4);
  double sum = 0;
  for (int i = 0; i < 100000; ++i) {
    const double u = random.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
  }
  EXPECT_NEAR(sum / 100000, 0.5, 5 / std::sqrt(12 * 100000.));
}

TEST(random, normal_has_mean_zero_and_variance_one) {
  Random random(5);
  double sum = 0, squares = 0;
  for (int i = 0; i < 100000; ++i) {
    const double z = random.normal();
    ASSERT_TRUE(std::isfinite(z));
    sum += z;
    squares += z * z;
  }
  EXPECT_NEAR(sum / 100000, 0, 5 / std::sqrt(100000.));
  EXPECT_NEAR(squares / 100000, 1, 5 * std::sqrt(2 / 100000.));
}

TEST(random, fill_is_equivalent_to_calls_of_next) {
  for (const std::size_t count : {1, 3, 9, 50}) {
    Random one(5, 7), other(5, 7);
    one.next(), other.next();
    std::vector<std::uint32_t> words(count);
    one.fill(words);
    for (const std::uint32_t word : words) EXPECT_EQ(word, other.next());
    EXPECT_EQ(one.next(), other.next());
  }
}

TEST(random, permute_gives_every_order_equally_often) {
  Random random(6);
  std::map<std::vector<std::int32_t>, int> counts;
  std::vector<std::int32_t> order;
  for (int i = 0; i < 24000; ++i) permute(random, 4, order), ++counts[order];
  EXPECT_EQ(counts.size(), 24u);
  for (const auto& [permutation, count] : counts) EXPECT_NEAR(count, 1000, 5 * std::sqrt(1000.));
}

TEST(random, permute_repeats_for_the_same_state) {
  Random one(7, 1), two(7, 1), other(7, 2);
  std::vector<std::int32_t> a, b, c;
  permute(one, 1000, a), permute(two, 1000, b), permute(other, 1000, c);
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
  EXPECT_TRUE(std::ranges::is_permutation(a, c));
}

TEST(random, permutation_of_zero_elements_is_empty) {
  Random random(8);
  std::vector<std::int32_t> order{1, 2};
  permute(random, 0, order);
  EXPECT_TRUE(order.empty());
}

}  // namespace
}  // namespace descent::core
