// The modules against the shapes of the plan, and stacks against single networks.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <filesystem>

#include "config/read.h"
#include "models/network.h"
#include "plan/layers.h"
#include "plan/plan.h"

namespace descent::models {
namespace {

std::vector<config::Experiment> experiments_of_the_checkout() {
  std::vector<config::Experiment> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(DESCENT_SOURCE_DIR "/experiments")) {
    if (entry.path().extension() != ".json" || entry.path().string().find("literature") != std::string::npos) continue;
    const plan::Plan plan = plan::make_plan(config::read_document(entry.path(), {}));
    for (const plan::Point& point : plan.points) all.push_back(point.experiment);
  }
  return all;
}

// The tensors of one network according to plan/layers.
std::map<std::string, std::vector<std::int64_t>> planned_tensors(const std::vector<plan::Layer>& layers, bool signal) {
  using Kind = plan::Layer::Kind;
  std::map<std::string, std::vector<std::int64_t>> shapes;
  for (const plan::Layer& layer : layers) {
    std::vector<std::int64_t> weight{layer.out};
    if (layer.kind == Kind::linear) weight.push_back(layer.fan_in());
    if (layer.kind == Kind::convolution) {
      weight.push_back(layer.in);
      if (!signal) weight.push_back(layer.kernel_height);
      weight.push_back(layer.kernel_width);
    }
    if (layer.kind != Kind::norm || layer.affine) shapes[layer.name + ".weight"] = weight;
    if (layer.bias) shapes[layer.name + ".bias"] = {layer.out};
    if (!layer.running_statistics) continue;
    shapes[layer.name + ".running_mean"] = shapes[layer.name + ".running_var"] = {layer.out};
  }
  return shapes;
}

TEST(models, tensors_have_the_planned_names_and_shapes_in_every_experiment) {
  const std::vector<config::Experiment> all = experiments_of_the_checkout();
  ASSERT_GT(all.size(), 100u);
  for (const config::Experiment& experiment : all) {
    const config::DataFacts facts = config::data_facts(experiment.data);
    const auto network = make_network(experiment.model, facts.shape, facts.outputs, 2, experiment.train.loss.kind);
    const std::vector<plan::Layer> layers = plan::layers_of(experiment);
    std::map<std::string, std::vector<std::int64_t>> shapes;
    for (const NamedView& tensor : network->tensors(1)) shapes[tensor.name] = tensor.values.sizes().vec();
    EXPECT_EQ(shapes, planned_tensors(layers, facts.shape.height == 1)) << experiment.name;
    std::int64_t count = 0;
    for (const at::Tensor& parameter : network->parameters()) count += parameter.numel();
    EXPECT_EQ(count, 2 * plan::parameter_count(layers)) << experiment.name;
  }
}

// A sweep over kinds of models may give a ResNet a position of the norm, which has no effect there.
TEST(models, a_resnet_ignores_the_position_of_the_norm) {
  for (const bool preactivation : {false, true}) {
    std::vector<at::Tensor> outputs;
    for (const auto position : {config::NormPosition::before, config::NormPosition::after}) {
      config::Model model{.kind = config::ModelKind::resnet};
      model.width = 4;
      model.blocks = {1};
      model.preactivation = preactivation;
      model.norm.kind = config::NormKind::layer;
      model.norm_position = position;
      const auto network = make_network(model, {1, 8, 8}, 3);
      network->initialize(0, model.init, 0);
      outputs.push_back(network->forward(torch::linspace(-1, 1, 2 * 64).view({1, 2, 64})));
    }
    EXPECT_TRUE(outputs[0].equal(outputs[1]));
  }
}

}  // namespace
}  // namespace descent::models
