#include "plan/layers.h"

#include <gtest/gtest.h>

namespace descent::plan {
namespace {

config::Model mlp(std::vector<std::int64_t> hidden, config::NormKind norm = config::NormKind::none) {
  config::Model model;
  model.hidden = std::move(hidden);
  model.norm.kind = norm;
  return model;
}

TEST(layers, follow_the_hidden_widths_and_end_in_the_readout) {
  const auto layers = layers_of(mlp({8, 4}), {1, 1, 40}, 10);
  ASSERT_EQ(layers.size(), 3u);
  EXPECT_EQ(layers[1].in, 8);
  EXPECT_EQ(layers[1].out, 4);
  EXPECT_EQ(layers[2].out, 10);
  EXPECT_EQ(layers[2].name, "linear2");
}

TEST(layers, of_depth_zero_are_logistic_regression) {
  config::Model model;
  model.width = 8;
  model.depth = 0;
  const auto layers = layers_of(model, {1, 1, 40}, 10);
  ASSERT_EQ(layers.size(), 1u);
  EXPECT_EQ(parameter_count(layers), 410);
}

TEST(layers, count_the_parameters_of_each_norm) {
  using config::NormKind;
  EXPECT_EQ(parameter_count(layers_of(mlp({8}), {1, 1, 40}, 10)), 40 * 8 + 8 + 8 * 10 + 10);
  EXPECT_EQ(parameter_count(layers_of(mlp({8}, NormKind::batch), {1, 1, 40}, 10)), 418 + 16);
  EXPECT_EQ(parameter_count(layers_of(mlp({8}, NormKind::layer), {1, 1, 40}, 10)), 418 + 16);
  EXPECT_EQ(parameter_count(layers_of(mlp({8}, NormKind::rms), {1, 1, 40}, 10)), 418 + 8);
}

TEST(layers, without_affine_norm_have_no_norm_parameters) {
  config::Model model = mlp({8}, config::NormKind::batch);
  model.norm.affine = false;
  EXPECT_EQ(parameter_count(layers_of(model, {1, 1, 40}, 10)), 418);
}

TEST(layers, cost_three_forward_products_less_the_gradient_of_the_input) {
  const auto layers = layers_of(mlp({8}), {1, 1, 40}, 10);
  EXPECT_EQ(forward_flops(layers), 2 * (40 * 8 + 8 * 10));
  EXPECT_EQ(training_flops(layers), 3 * 800 - 2 * 40 * 8);
}

}  // namespace
}  // namespace descent::plan
