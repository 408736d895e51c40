#include "plan/convnet.h"

#include <gtest/gtest.h>

namespace descent::plan {
namespace {

config::Model model_of(config::ModelKind kind) {
  config::Model model;
  model.kind = kind;
  return model;
}

// Greydanus and Kobak 2024: 25 channels three times, 5 places left of 40.
TEST(convnet, the_usual_cnn_has_the_5210_parameters_of_the_mnist1d_paper) {
  const auto layers = layers_of(model_of(config::ModelKind::cnn), {1, 1, 40}, 10);
  EXPECT_EQ(parameter_count(layers), (5 + 1) * 25 + 2 * (3 * 25 + 1) * 25 + (5 * 25 + 1) * 10);
  EXPECT_EQ(parameter_count(layers), 5210);
  EXPECT_EQ(layers[0].positions, 19);
}

// He et al. 2016, table 6: 0.27 million; shortcuts without parameters.
TEST(convnet, resnet_20_has_the_parameters_of_the_paper) {
  config::Model model = model_of(config::ModelKind::resnet);
  model.width = 16;
  model.blocks = {3, 3, 3};
  model.norm.kind = config::NormKind::batch;
  EXPECT_EQ(parameter_count(layers_of(model, {3, 32, 32}, 10)), 269722);
}

TEST(convnet, the_plain_twin_has_the_parameters_of_the_residual_network) {
  config::Model model = model_of(config::ModelKind::resnet);
  model.width = 4;
  const std::int64_t residual = parameter_count(layers_of(model, {1, 8, 8}, 10));
  model.shortcut = config::ShortcutKind::none;
  EXPECT_EQ(parameter_count(layers_of(model, {1, 8, 8}, 10)), residual);
}

TEST(convnet, stages_double_the_channels_and_halve_the_map) {
  config::Model model = model_of(config::ModelKind::resnet);
  model.width = 4;
  const Graph graph = convnet_of(model, {1, 8, 8}, 10);
  const config::Shape last = graph.nodes[graph.nodes.back().input - 1].out_shape;
  EXPECT_EQ(last.channels, 32);
  EXPECT_EQ(last.height, 1);
}

TEST(convnet, stochastic_depth_grows_in_proportion_to_the_number_of_the_block) {
  config::Model model = model_of(config::ModelKind::resnet);
  model.width = 4;
  model.blocks = {1, 1};
  model.stochastic_depth = 0.5;
  std::vector<double> survival;
  for (const Node& node : convnet_of(model, {1, 8, 8}, 10).nodes)
    if (node.op == Node::Op::add) survival.push_back(node.survival);
  EXPECT_EQ(survival, (std::vector<double>{0.75, 0.5}));
}

}  // namespace
}  // namespace descent::plan
