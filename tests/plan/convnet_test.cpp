#include "plan/convnet.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace descent::plan {
namespace {

config::Model model_of(config::ModelKind kind) {
  config::Model model;
  model.kind = kind;
  return model;
}

// Greydanus and Kobak 2024: 25 channels three times, 5 positions left of 40.
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

// torchvision.models.resnet18.
TEST(convnet, resnet_18_with_the_stem_for_large_images_has_the_parameters_of_torchvision) {
  config::Model model = model_of(config::ModelKind::resnet);
  model.width = 64;
  model.norm.kind = config::NormKind::batch;
  model.shortcut = config::ShortcutKind::projection;
  model.stem = {7, 2, true};
  EXPECT_EQ(parameter_count(layers_of(model, {3, 224, 224}, 1000)), 11689512);
  const Graph graph = convnet_of(model, {3, 224, 224}, 1000);
  const auto pool = std::ranges::find(graph.nodes, Node::Op::max_pool, &Node::op);
  ASSERT_NE(pool, graph.nodes.end());
  EXPECT_EQ(pool->out_shape.height, 56);
}

TEST(convnet, pooling_of_a_cnn_shrinks_the_map_after_each_layer) {
  config::Model model = model_of(config::ModelKind::cnn);
  model.channels = {6, 16};
  model.kernels = {5, 5};
  model.strides = {1, 1};
  model.padding = 0;
  model.max_pool = {2, 2};
  EXPECT_EQ(layers_of(model, {1, 28, 28}, 10).back().fan_in(), 16 * 4 * 4);  // LeNet-5 without its hidden layers
  model.pooling = config::Pooling::max;
  EXPECT_EQ(layers_of(model, {1, 28, 28}, 10).back().fan_in(), 16);
}

// Nakkiran et al. 2019, make_resnet18k of the published code: no norm before the pooling, convolutions without biases.
TEST(convnet, resnet18k_has_the_parameters_of_the_published_network) {
  config::Model model{.kind = config::ModelKind::resnet,
                      .norm = {.kind = config::NormKind::batch},
                      .preactivation = true,
                      .final_norm = false,
                      .shortcut = config::ShortcutKind::projection};
  const auto parameters = [&](std::int64_t k) {
    model.width = k;
    return parameter_count(layers_of(model, {3, 32, 32}, 10));
  };
  EXPECT_EQ(parameters(1), 2947);
  EXPECT_EQ(parameters(10), 274540);
  EXPECT_EQ(parameters(64), 11171146);
}

TEST(convnet, the_network_without_shortcuts_has_as_many_parameters_as_the_residual_one) {
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

TEST(convnet, stochastic_depth_grows_linearly_with_the_index_of_the_block) {
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
