#include "fused/init.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "fused/buffer.h"
#include "fused/kernels/kernels.h"

namespace descent::fused {
namespace {

struct Drawn {
  Layout layout;
  Buffer<float> parameters, statistics;
};

Drawn draw(const config::Init& init, std::int64_t seed = 1) {
  config::Model model;
  model.hidden = {64, 32};
  Drawn drawn{make_layout<float>(model, {1, 1, 40}, 10), {}, {}};
  drawn.parameters = Buffer<float>(drawn.layout.parameters);
  drawn.statistics = Buffer<float>(drawn.layout.statistics);
  initialize(drawn.layout, init, seed, drawn.parameters.data(), drawn.statistics.data());
  return drawn;
}

bool same(const Drawn& a, const Drawn& b) {
  return std::memcmp(a.parameters.data(), b.parameters.data(),
                     static_cast<std::size_t>(a.parameters.size()) * sizeof(float)) == 0;
}

config::Init every_scheme(int value) {
  config::Init init;
  init.scheme = static_cast<config::InitScheme>(value);
  init.value = 0.05;
  return init;
}

TEST(init, every_scheme_is_finite_and_the_same_for_the_same_seed) {
  for (const config::Choice& choice : config::choices_of(config::InitScheme{}).table) {
    const Drawn once = draw(every_scheme(choice.value)), again = draw(every_scheme(choice.value));
    EXPECT_TRUE(same(once, again)) << choice.name;
    for (std::int64_t i = 0; i < once.parameters.size(); ++i)
      ASSERT_TRUE(std::isfinite(once.parameters.data()[i])) << choice.name;
  }
}

TEST(init, every_random_scheme_differs_between_seeds) {
  for (const config::Choice& choice : config::choices_of(config::InitScheme{}).table) {
    const auto scheme = static_cast<config::InitScheme>(choice.value);
    const bool random = scheme != config::InitScheme::zeros && scheme != config::InitScheme::constant;
    EXPECT_EQ(same(draw(every_scheme(choice.value), 1), draw(every_scheme(choice.value), 2)), !random) << choice.name;
  }
}

// nn.Linear of PyTorch 2: U(-1/sqrt(fan_in), 1/sqrt(fan_in)).
TEST(init, pytorch_default_is_uniform_up_to_its_bound) {
  for (const std::int64_t fan_in : {16, 64, 256})
    for (const std::int64_t seed : {0, 1, 7}) {
      config::Model linear;
      const Layout layout = make_layout<double>(linear, {1, 1, fan_in}, 1024);  // 1024: no padding
      Buffer<double> parameters(layout.parameters), none(0);
      initialize(layout, config::Init{}, seed, parameters.data(), none.data());
      const TensorSlot& weight = *layout.find("linear0.weight");
      double largest = 0, squares = 0;
      for (std::int64_t i = weight.offset; i < weight.offset + weight.size(); ++i) {
        largest = std::max(largest, std::abs(parameters.data()[i]));
        squares += parameters.data()[i] * parameters.data()[i];
      }
      const auto inputs = static_cast<double>(fan_in);
      EXPECT_LE(largest * std::sqrt(inputs), 1 + 1e-6);
      EXPECT_GT(largest * std::sqrt(inputs), 0.99);
      EXPECT_NEAR(std::sqrt(3 * inputs * squares / static_cast<double>(weight.size())), 1, 0.02);
    }
}

TEST(init, pads_stay_zero) {
  const Drawn drawn = draw(every_scheme(static_cast<int>(config::InitScheme::constant)));
  const TensorSlot& readout = *drawn.layout.find("linear2.weight");
  for (std::int64_t i = 0; i < readout.rows; ++i)
    for (std::int64_t o = readout.columns; o < readout.stride; ++o)
      EXPECT_EQ(drawn.parameters.data()[readout.offset + i * readout.stride + o], 0);
}

TEST(init, a_bias_key_changes_no_weight) {
  config::Init plain, constant;
  constant.bias = 0.5;
  const Drawn a = draw(plain), b = draw(constant);
  for (const TensorSlot& tensor : a.layout.tensors)
    for (std::int64_t i = tensor.offset; i < tensor.offset + tensor.size() && tensor.role == TensorRole::weight; ++i)
      ASSERT_EQ(a.parameters.data()[i], b.parameters.data()[i]);
  EXPECT_EQ(b.parameters.data()[b.layout.offset("linear0.bias")], 0.5f);
}

TEST(init, the_gain_multiplies_the_weights) {
  for (const config::Choice& choice : config::choices_of(config::InitScheme{}).table) {
    if (choice.value == static_cast<int>(config::InitScheme::constant)) continue;
    config::Init twice = every_scheme(choice.value);
    twice.gain = 2;
    const Drawn a = draw(every_scheme(choice.value)), b = draw(twice);
    for (const TensorSlot& tensor : a.layout.tensors)
      for (std::int64_t i = tensor.offset; i < tensor.offset + tensor.size() && tensor.role == TensorRole::weight; ++i)
        ASSERT_NEAR(2 * a.parameters.data()[i], b.parameters.data()[i], 1e-6) << choice.name;
  }
}

TEST(init, running_statistics_start_at_mean_0_and_variance_1) {
  config::Model model;
  model.hidden = {5};
  model.norm.kind = config::NormKind::batch;
  const Layout layout = make_layout<float>(model, {1, 1, 4}, 3);
  Buffer<float> parameters(layout.parameters), statistics(layout.statistics);
  initialize(layout, config::Init{}, 0, parameters.data(), statistics.data());
  for (std::int64_t i = 0; i < 5; ++i) {
    EXPECT_EQ(statistics.data()[layout.offset("norm0.running_mean") + i], 0);
    EXPECT_EQ(statistics.data()[layout.offset("norm0.running_var") + i], 1);
  }
}

}  // namespace
}  // namespace descent::fused
