// Permuting units changes the weights but not the function, in every kind of network.

#include "probe/permutation.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "config/read.h"

namespace descent::probe {
namespace {

double largest_difference(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item().toDouble(); }

config::Model model_of(config::ModelKind kind, config::NormKind norm, config::Activation activation) {
  config::Model model;
  model.kind = kind;
  model.norm.kind = norm;
  model.activation = activation;
  switch (kind) {
    case config::ModelKind::mlp: model.hidden = {8, 12, 8}; break;
    case config::ModelKind::cnn: model.channels = {8, 4}; break;
    case config::ModelKind::resnet:
      model.width = 8;
      model.blocks = {1, 2, 1};
      break;
    case config::ModelKind::mixture_of_experts:
      model.experts.hidden = {5};
      model.gate.hidden = {6};
      model.gate.top_k = 2;
      break;
    case config::ModelKind::linear_model: break;
  }
  return model;
}

// The maximum change of the outputs and of the parameters when all units are permuted.
struct Change {
  double of_outputs, of_parameters;
};

// A network after three steps of training, so that biases, gammas and running statistics differ from unit to unit.
struct Trained {
  Trained(const config::Model& model, std::int64_t seed)
      : experiment(config::read_document_text(R"({
            "precision": "float64", "data": {"name": "digits", "train_size": 40, "test_size": 40},
            "model": {"width": 1, "depth": 1}, "train": {"optimizer": "sgd", "batch_size": 20, "epochs": 2}})",
                                              "test.json")
                       .points.front()) {
    experiment.model = model;
    engine = engine::Factory().make(
        {{&experiment, seed, data::Loader().load(experiment.data, seed), [](std::int64_t) { return 0.1; }}});
    engine->advance(std::vector<std::size_t>{0}, 3);
    observation = engine->observe(0);
    tensors = engine->tensors(0);
    outputs = observation->outputs(tensors);
  }
  double change_of_outputs(const std::vector<engine::NamedTensor>& other) const {
    return largest_difference(observation->outputs(other), outputs);
  }

  config::Experiment experiment;
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<engine::Observation> observation;
  std::vector<engine::NamedTensor> tensors;
  at::Tensor outputs;
};

Change change_units(const config::Model& model, std::int64_t seed) {
  const Trained net(model, seed);
  core::Random random(static_cast<std::uint64_t>(seed), 1);
  const PermutationSpec spec = permutation_spec(net.experiment);
  const std::vector<engine::NamedTensor> changed = permuted(net.tensors, spec, random_units(spec, random));
  double largest = 0;
  for (std::size_t i = 0; i < changed.size(); ++i)
    largest = std::max(largest, largest_difference(changed[i].values, net.tensors[i].values));
  return {net.change_of_outputs(changed), largest};
}

void expect_the_same_function(const config::Model& model, const std::string& what) {
  for (const std::int64_t seed : {1, 2, 3}) {
    const Change change = change_units(model, seed);
    EXPECT_LT(change.of_outputs, 1e-10) << what;
    EXPECT_GT(change.of_parameters, 0.1) << what;
  }
}

TEST(permutation, permuting_units_does_not_change_any_network_with_any_norm) {
  for (const config::Choice& norm : config::choices_of(config::NormKind{}).table)
    for (const auto kind : {config::ModelKind::mlp, config::ModelKind::cnn, config::ModelKind::resnet})
      expect_the_same_function(model_of(kind, static_cast<config::NormKind>(norm.value), config::Activation::gelu),
                               std::string(norm.name) + ", " + std::string(config::name_of(kind)));
}

TEST(permutation, units_can_be_rescaled_if_the_activation_allows_it) {
  for (const auto activation : {config::Activation::tanh, config::Activation::relu, config::Activation::sigmoid})
    for (const auto kind : {config::ModelKind::mlp, config::ModelKind::cnn, config::ModelKind::resnet,
                            config::ModelKind::mixture_of_experts})
      expect_the_same_function(model_of(kind, config::NormKind::none, activation),
                               std::string(config::name_of(activation)) + ", " + std::string(config::name_of(kind)));
}

// Bishop 2006, section 5.1.1: of all M! 2^M orders and signs of M hidden units.
std::size_t count_equivalent_weights(config::Activation activation, std::int64_t units, std::int64_t seed) {
  config::Model model;
  model.hidden = {units};
  model.activation = activation;
  const Trained net(model, seed);
  const PermutationSpec spec = permutation_spec(net.experiment);
  std::vector<Units> hidden{{std::vector<std::int64_t>(static_cast<std::size_t>(units)),
                             std::vector<double>(static_cast<std::size_t>(units))}};
  std::iota(hidden[0].order.begin(), hidden[0].order.end(), 0);
  std::set<std::vector<double>> equivalent;
  do {
    for (unsigned signs = 0; signs < 1u << units; ++signs) {
      for (std::size_t j = 0; j < hidden[0].factor.size(); ++j) hidden[0].factor[j] = signs >> j & 1 ? -1 : 1;
      const std::vector<engine::NamedTensor> changed = permuted(net.tensors, spec, hidden);
      if (net.change_of_outputs(changed) > 1e-10) continue;
      std::vector<double> all;
      for (const auto& [name, values] : changed)
        all.insert(all.end(), values.const_data_ptr<double>(), values.const_data_ptr<double>() + values.numel());
      equivalent.insert(all);
    }
  } while (std::ranges::next_permutation(hidden[0].order).found);
  return equivalent.size();
}

TEST(permutation, a_hidden_layer_of_m_units_has_m_factorial_times_2_to_the_m_symmetries_with_tanh) {
  for (const std::int64_t seed : {0, 1, 7}) {
    for (const auto& [units, count] : {std::pair{2, 8u}, std::pair{3, 48u}, std::pair{4, 384u}})
      EXPECT_EQ(count_equivalent_weights(config::Activation::tanh, units, seed), count);
    for (const auto& [units, count] : {std::pair{2, 2u}, std::pair{3, 6u}, std::pair{4, 24u}})
      EXPECT_EQ(count_equivalent_weights(config::Activation::relu, units, seed), count);
  }
}

TEST(permutation, signs_are_not_changed_with_max_pooling) {
  for (const auto activation : {config::Activation::tanh, config::Activation::relu}) {
    config::Model cnn = model_of(config::ModelKind::cnn, config::NormKind::none, activation), pooled = cnn;
    cnn.pooling = config::Pooling::max;
    pooled.max_pool = {2, 1};
    expect_the_same_function(cnn, "over the map");
    expect_the_same_function(pooled, "behind a layer");
    config::Model resnet = model_of(config::ModelKind::resnet, config::NormKind::none, activation);
    resnet.stem.max_pool = true;
    expect_the_same_function(resnet, "stem");
  }
}

TEST(permutation, residual_layers_share_a_permutation_for_every_kind_of_shortcut) {
  for (const auto shortcut :
       {config::ShortcutKind::identity, config::ShortcutKind::projection, config::ShortcutKind::none})
    for (const auto block : {config::BlockKind::basic, config::BlockKind::bottleneck})
      for (const bool preactivation : {false, true}) {
        config::Model model = model_of(config::ModelKind::resnet, config::NormKind::group, config::Activation::relu);
        model.shortcut = shortcut;
        model.block = block;
        model.preactivation = preactivation;
        expect_the_same_function(model, std::string(config::name_of(shortcut)) + ", " +
                                            std::string(config::name_of(block)) + (preactivation ? ", pre" : ""));
      }
}

}  // namespace
}  // namespace descent::probe
