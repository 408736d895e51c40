#include "plan/layers.h"

#include <gtest/gtest.h>

#include "config/read.h"

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

TEST(layers, of_a_linear_model_count_the_readout_alone) {
  config::Model model;
  model.kind = config::ModelKind::linear_model;
  EXPECT_EQ(parameter_count(layers_of(model, {1, 1, 40}, 10)), 400);
  model.intercept = true;
  EXPECT_EQ(parameter_count(layers_of(model, {1, 1, 40}, 10)), 410);
  model.features.kind = config::FeatureKind::random_relu;
  model.width = 70;
  const auto layers = layers_of(model, {1, 1, 40}, 10);
  EXPECT_EQ(parameter_count(layers), 710);
  EXPECT_EQ(forward_flops(layers), 2 * (40 * 70 + 70 * 10));
  EXPECT_EQ(training_flops(layers), 2 * 40 * 70 + 2 * 2 * 70 * 10);  // no gradient goes to the features
}

TEST(layers, of_a_mixture_are_those_of_the_gate_and_of_every_expert) {
  config::Model model;
  model.kind = config::ModelKind::mixture_of_experts;
  model.experts = {.count = 3, .hidden = {8}};
  model.gate.hidden = {16};
  const auto layers = layers_of(model, {1, 1, 40}, 10);
  ASSERT_EQ(layers.size(), 8u);
  EXPECT_EQ(layers[1].name, "gate.linear1");
  EXPECT_EQ(layers[1].out, 3);
  EXPECT_EQ(layers[6].name, "expert2.linear0");
  EXPECT_EQ(parameter_count(layers), 40 * 16 + 16 + 16 * 3 + 3 + 3 * (40 * 8 + 8 + 8 * 10 + 10));
}

TEST(layers, of_a_closed_form_take_operations_but_no_steps) {
  const auto experiment = config::read_document_text(
                              R"({"data": {"name": "mnist1d", "train_size": 60}, "model": {"kind": "linear_model"},
          "train": {"solver": "least_squares", "loss": "mse"}})",
                              "x.json")
                              .points.front();
  EXPECT_EQ(config::total_steps(experiment.train, 60), 0);
  EXPECT_EQ(step_flops(experiment), 0);
  EXPECT_EQ(run_flops(experiment), 6 * 60 * 40 * 40);
}

}  // namespace
}  // namespace descent::plan
