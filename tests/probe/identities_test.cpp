// Every exact identity, on a handful of random instances. Tolerances: claims of the course, 1e-12 for what is 0 but
// for rounding.

#include "probe/identities.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace descent::probe {
namespace {

constexpr double rounding = 1e-12;

class identities : public testing::TestWithParam<std::uint64_t> {};

TEST_P(identities, tanh_units_have_orders_times_signs_equivalent_weights) {
  for (const auto& [units, count] : {std::pair{2, 8}, std::pair{3, 48}, std::pair{4, 384}}) {
    const Symmetries symmetries = count_symmetries(config::Activation::tanh, units, GetParam());
    EXPECT_EQ(symmetries.equivalent, count);
    EXPECT_LT(symmetries.difference, rounding);
  }
}

TEST_P(identities, relu_units_have_orders_alone) {
  for (const auto& [units, count] : {std::pair{2, 2}, std::pair{3, 6}, std::pair{4, 24}})
    EXPECT_EQ(count_symmetries(config::Activation::relu, units, GetParam()).equivalent, count);
}

TEST_P(identities, relu_units_may_be_rescaled) { EXPECT_LT(rescaling_difference(6, GetParam()), rounding); }

TEST_P(identities, the_default_initialization_is_uniform_up_to_its_bound) {
  for (const std::int64_t fan_in : {16, 64, 256}) {
    EXPECT_LE(default_init_bound(fan_in, GetParam()), 1 + 1e-6);
    EXPECT_GT(default_init_bound(fan_in, GetParam()), 0.99);
    EXPECT_NEAR(default_init_sd(fan_in, GetParam()), 1, 0.02);
  }
}

TEST_P(identities, running_statistics_are_exponential_averages) {
  EXPECT_LT(running_statistics_difference(GetParam()), rounding);
}

TEST_P(identities, batch_norm_minds_the_company_in_training_only) {
  EXPECT_LT(predicted_company_difference(GetParam()), rounding);
  EXPECT_GT(trained_company_difference(GetParam()), 1e-3);
}

TEST_P(identities, groups_that_share_sums_normalize_as_the_whole_batch) {
  double smaller = 0;
  for (const std::int64_t groups : {2, 4, 8}) {
    EXPECT_LT(synchronized_difference(groups, GetParam()), 1e-10);
    EXPECT_LT(variance_sum_difference(groups, GetParam()), rounding);
    EXPECT_EQ(layer_norm_group_difference(groups, GetParam()), 0);
    EXPECT_GT(group_difference(groups, GetParam()), smaller);
    smaller = group_difference(groups, GetParam());
  }
  EXPECT_NEAR(group_difference(2, GetParam()), 0.14, 0.02);
  EXPECT_GT(group_difference(8, GetParam()), 0.2);
}

TEST_P(identities, statistics_of_small_batches_are_as_noisy_as_theory_says) {
  for (const std::int64_t n : {4, 64}) {
    EXPECT_NEAR(batch_mean_noise(n, GetParam()), 1, 0.02);
    EXPECT_NEAR(batch_variance_noise(n, GetParam()), 1, 0.03);
  }
}

TEST_P(identities, batch_norm_before_the_activation_gives_each_unit_mean_0_and_variance_1_but_for_epsilon) {
  EXPECT_LT(normalized_unit_difference(GetParam()), rounding);
}

TEST_P(identities, gamma_and_beta_can_undo_the_normalization) {
  EXPECT_LT(undone_norm_difference(GetParam()), rounding);
}

TEST_P(identities, weight_scaling_is_the_geometric_mean_of_all_masks) {
  for (const std::int64_t units : {4, 8}) {
    EXPECT_LT(geometric_mean_difference(units, GetParam()), rounding);
    EXPECT_GT(arithmetic_mean_difference(units, GetParam()), 1e-3);
  }
}

TEST_P(identities, a_linear_residual_network_is_the_sum_of_its_paths) {
  const Paths paths = sum_paths(GetParam());
  EXPECT_LT(paths.sum_difference, rounding);
  EXPECT_EQ(paths.count_difference, 0);
  EXPECT_NEAR(paths.factor_per_block, 0.5, 0.15);
}

TEST_P(identities, gradient_descent_on_a_regression_follows_the_formula) {
  for (const std::int64_t steps : {1, 100, 1000}) EXPECT_LT(iterate_difference(steps, GetParam()), rounding) << steps;
}

TEST_P(identities, early_stopping_filters_like_ridge_within_a_fifth) {
  EXPECT_NEAR(filter_difference(100), 0.2036, 0.005);
  EXPECT_NEAR(filter_difference(1000), 0.2036, 0.005);
  EXPECT_GT(filter_difference(10), 0.21);  // few steps, each of which goes far
}

TEST_P(identities, a_mean_of_networks_gains_its_ambiguity) { EXPECT_LT(ambiguity_difference(GetParam()), rounding); }

INSTANTIATE_TEST_SUITE_P(seeds, identities, testing::Values(0, 1, 7));

}  // namespace
}  // namespace descent::probe
