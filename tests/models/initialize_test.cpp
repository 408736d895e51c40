#include "models/initialize.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "models/network.h"
#include "plan/layers.h"

namespace descent::models {
namespace {

std::vector<NamedView> draw(const config::Init& init, std::int64_t seed = 1, std::int64_t inputs = 40) {
  config::Model model;
  model.hidden = {64, 32};
  model.norm.kind = config::NormKind::batch;
  const auto network = make_network(model, {1, 1, inputs}, 10);
  network->initialize(0, init, seed);
  return network->tensors(0);
}

bool same(const std::vector<NamedView>& a, const std::vector<NamedView>& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!torch::equal(a[i].values, b[i].values)) return false;
  return a.size() == b.size();
}

config::Init every_scheme(int value) {
  config::Init init;
  init.scheme = static_cast<config::InitScheme>(value);
  init.value = 0.05;
  return init;
}

TEST(initialize, every_scheme_is_finite_and_reproducible) {
  for (const config::Choice& choice : config::choices_of(config::InitScheme{}).table) {
    const auto once = draw(every_scheme(choice.value)), again = draw(every_scheme(choice.value));
    EXPECT_TRUE(same(once, again)) << choice.name;
    for (const NamedView& tensor : once) EXPECT_TRUE(tensor.values.isfinite().all().item<bool>()) << choice.name;
  }
}

// Initial weights have the standard deviation that `descent plan --layers` shows.
void expect_planned_sd(const config::Model& model, const config::Shape& input, const std::string& what) {
  const auto network = make_network(model, input, 10);
  network->initialize(0, model.init, 1);
  for (const plan::Layer& layer : plan::layers_of(model, input, 10)) {
    if (layer.kind == plan::Layer::Kind::norm) continue;
    const auto tensors = network->tensors(0);
    const auto drawn = std::ranges::find(tensors, layer.name + ".weight", &NamedView::name);
    ASSERT_NE(drawn, tensors.end()) << what << " " << layer.name;
    const double sd = plan::initial_sd(model.init, layer), count = static_cast<double>(drawn->values.numel());
    const double measured = drawn->values.numel() > 1 ? drawn->values.to(at::kDouble).std().item<double>() : sd;
    EXPECT_NEAR(measured, sd, 5 * sd / std::sqrt(2 * count)) << what << " " << layer.name;
  }
}

TEST(initialize, weights_have_the_standard_deviation_of_their_formula) {
  for (const config::Choice& choice : config::choices_of(config::InitScheme{}).table) {
    config::Model mlp, cnn, resnet, mixture, features;
    mlp.hidden = {128, 128, 128};
    mlp.residual = true;
    mlp.branch_init = config::BranchInit::inverse_sqrt_depth;
    cnn.kind = config::ModelKind::cnn;
    resnet.kind = config::ModelKind::resnet;
    resnet.width = 16;
    mixture.kind = config::ModelKind::mixture_of_experts;
    mixture.experts.hidden = {128};
    features.kind = config::ModelKind::linear_model;
    features.width = 256;
    features.features.kind = config::FeatureKind::random_relu;
    for (config::Model* model : {&mlp, &cnn, &resnet, &mixture, &features}) {
      model->init = every_scheme(choice.value);
      if (choice.value != static_cast<int>(config::InitScheme::constant)) model->init.gain = 1.5;
      expect_planned_sd(*model, {1, 16, 16}, fmt::format("{} {}", config::name_of(model->kind), choice.name));
    }
  }
}

TEST(initialize, every_random_scheme_differs_between_seeds) {
  for (const config::Choice& choice : config::choices_of(config::InitScheme{}).table) {
    const auto scheme = static_cast<config::InitScheme>(choice.value);
    const bool random = scheme != config::InitScheme::zeros && scheme != config::InitScheme::constant;
    EXPECT_EQ(same(draw(every_scheme(choice.value), 1), draw(every_scheme(choice.value), 2)), !random) << choice.name;
  }
}

// nn.Linear of PyTorch 2: U(-1/sqrt(fan_in), 1/sqrt(fan_in)).
TEST(initialize, pytorch_default_is_uniform_up_to_its_bound) {
  for (const std::int64_t fan_in : {64, 256})
    for (const std::int64_t seed : {0, 1, 7}) {
      const at::Tensor scaled = draw({}, seed, fan_in)[0].values * std::sqrt(static_cast<double>(fan_in));
      EXPECT_LE(scaled.abs().max().item<double>(), 1 + 1e-6);
      EXPECT_GT(scaled.abs().max().item<double>(), 0.99);
      EXPECT_NEAR(std::sqrt(3 * scaled.square().mean().item<double>()), 1, 0.03);
    }
}

TEST(initialize, the_bias_key_does_not_change_weights) {
  config::Init constant;
  constant.bias = 0.5;
  const auto a = draw({}), b = draw(constant);
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i].is_weight) {
      EXPECT_TRUE(torch::equal(a[i].values, b[i].values)) << a[i].name;
    }
  ASSERT_EQ(b[1].name, "linear0.bias");
  EXPECT_TRUE((b[1].values == 0.5).all().item<bool>());
}

TEST(initialize, the_gain_multiplies_the_weights) {
  for (const config::Choice& choice : config::choices_of(config::InitScheme{}).table) {
    if (choice.value == static_cast<int>(config::InitScheme::constant)) continue;
    config::Init twice = every_scheme(choice.value);
    twice.gain = 2;
    const auto a = draw(every_scheme(choice.value)), b = draw(twice);
    for (std::size_t i = 0; i < a.size(); ++i)
      if (a[i].is_weight) {
        EXPECT_TRUE(torch::allclose(2 * a[i].values, b[i].values, 0, 1e-6)) << choice.name;
      }
  }
}

TEST(initialize, running_statistics_start_at_mean_0_and_variance_1) {
  int found = 0;
  for (const NamedView& tensor : draw({})) {
    if (tensor.name.find("running") == std::string::npos) continue;
    ++found;
    const double expected = tensor.name.ends_with("var") ? 1 : 0;
    EXPECT_TRUE((tensor.values == expected).all().item<bool>()) << tensor.name;
  }
  EXPECT_EQ(found, 4);
}

TEST(initialize, each_replica_is_initialized_from_its_seed) {
  config::Model model;
  model.hidden = {8};
  const auto stack = make_network(model, {1, 1, 5}, 3, 2), single = make_network(model, {1, 1, 5}, 3);
  stack->initialize(0, {}, 4);
  stack->initialize(1, {}, 9);
  single->initialize(0, {}, 9);
  EXPECT_TRUE(same(stack->tensors(1), single->tensors(0)));
}

}  // namespace
}  // namespace descent::models
