// Permuted units: other weights, the same function, in every kind of network.

#include "probe/units.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "fused/random_network.h"

namespace descent::probe {
namespace {

using fused::largest_difference;
using fused::RandomNetwork;

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

// The largest change of an output and of a parameter when all units are permuted.
struct Change {
  double of_outputs, of_parameters;
};

Change change_units(const config::Model& model, std::uint64_t seed) {
  RandomNetwork net(model, 24, 3, 10, seed);
  for (int step = 0; step < 3; ++step) net.train();  // running statistics other than 0 and 1
  core::Random random(seed, 1);
  const Wiring wiring = wiring_of(model, net.layout);
  const std::vector<Units> units = random_units(wiring, random);
  std::vector<double> parameters(static_cast<std::size_t>(net.layout.parameters));
  fused::Buffer<double> statistics(net.layout.statistics);
  transform_units(net.layout, wiring, units, false, net.parameters.data(), parameters.data());
  transform_units(net.layout, wiring, units, true, net.statistics.data(), statistics.data());
  const std::vector<double> before = net.predict();
  const std::vector<double> old(net.parameters.data(), net.parameters.data() + net.layout.parameters);
  std::copy_n(statistics.data(), statistics.size(), net.statistics.data());
  return {largest_difference(net.predict(parameters.data()), before), largest_difference(parameters, old)};
}

void expect_the_same_function(const config::Model& model, const std::string& what) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const Change change = change_units(model, seed);
    EXPECT_LT(change.of_outputs, 1e-12) << what;
    EXPECT_GT(change.of_parameters, 0.1) << what;
  }
}

TEST(units, may_be_permuted_in_every_network_with_every_norm) {
  for (const config::Choice& norm : config::choices_of(config::NormKind{}).table)
    for (const auto kind : {config::ModelKind::mlp, config::ModelKind::cnn, config::ModelKind::resnet})
      expect_the_same_function(
          model_of(kind, static_cast<config::NormKind>(norm.value), config::Activation::gelu),
          std::string(norm.name) + ", " + std::string(config::name_of(kind)));
}

TEST(units, may_be_rescaled_where_the_activation_allows_it) {
  for (const auto activation : {config::Activation::tanh, config::Activation::relu, config::Activation::sigmoid})
    for (const auto kind : {config::ModelKind::mlp, config::ModelKind::cnn, config::ModelKind::resnet,
                            config::ModelKind::mixture_of_experts})
      expect_the_same_function(model_of(kind, config::NormKind::none, activation),
                               std::string(config::name_of(activation)) + ", " + std::string(config::name_of(kind)));
}

// Bishop 2006, section 5.1.1: of all M! 2^M orders and signs of the M units of a network 5-M-3.
std::size_t count_equivalent_weights(config::Activation activation, std::int64_t units, std::uint64_t seed) {
  config::Model model;
  model.hidden = {units};
  model.activation = activation;
  const RandomNetwork net(model, 5, 3, 20, seed);
  const std::vector<double> outputs = net.predict();
  const Wiring wiring = wiring_of(net.model, net.layout);
  std::vector<Units> hidden{{std::vector<std::int32_t>(static_cast<std::size_t>(units)),
                             std::vector<double>(static_cast<std::size_t>(units))}};
  std::iota(hidden[0].order.begin(), hidden[0].order.end(), 0);
  std::vector<double> transformed(static_cast<std::size_t>(net.layout.parameters));
  std::set<std::vector<double>> equivalent;
  do {
    for (unsigned signs = 0; signs < 1u << units; ++signs) {
      for (std::size_t j = 0; j < hidden[0].factor.size(); ++j) hidden[0].factor[j] = signs >> j & 1 ? -1 : 1;
      transform_units(net.layout, wiring, hidden, false, net.parameters.data(), transformed.data());
      if (largest_difference(net.predict(transformed.data()), outputs) < 1e-12) equivalent.insert(transformed);
    }
  } while (std::ranges::next_permutation(hidden[0].order).found);
  return equivalent.size();
}

TEST(units, of_one_hidden_layer_have_as_many_equivalent_weights_as_orders_and_with_tanh_signs) {
  for (const std::uint64_t seed : {0, 1, 7}) {
    for (const auto& [units, count] : {std::pair{2, 8u}, std::pair{3, 48u}, std::pair{4, 384u}})
      EXPECT_EQ(count_equivalent_weights(config::Activation::tanh, units, seed), count);
    for (const auto& [units, count] : {std::pair{2, 2u}, std::pair{3, 6u}, std::pair{4, 24u}})
      EXPECT_EQ(count_equivalent_weights(config::Activation::relu, units, seed), count);
  }
}

TEST(units, keep_their_signs_where_maxima_are_pooled) {
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

TEST(units, of_residual_networks_move_together_along_every_kind_of_shortcut) {
  for (const auto shortcut : {config::ShortcutKind::identity, config::ShortcutKind::projection, config::ShortcutKind::none})
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
