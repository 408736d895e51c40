#include "fused/network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/random.h"
#include "fused/buffer.h"
#include "fused/initial_values.h"

namespace descent::fused {
namespace {

using config::LossKind;

constexpr std::int64_t rows = 7, inputs = 3, outputs = 4;

class mixture : public testing::Test {
 protected:
  void build(LossKind kind) {
    loss = kind;
    model.kind = config::ModelKind::mixture_of_experts;
    layout = make_layout<double>(model, {1, 1, inputs}, outputs);
    parameters = Buffer<double>(layout.parameters);
    gradient = Buffer<double>(layout.parameters);
    draw_initial_values(layout, 5, parameters.data(), statistics.data());
    x = Buffer<double>(rows * layout.input_stride);
    targets = Buffer<double>(rows * layout.output_stride);
    core::Random random(3);
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t i = 0; i < inputs; ++i) x.data()[r * layout.input_stride + i] = 2 * random.normal();
      for (std::int64_t k = 0; k < outputs; ++k) targets.data()[r * layout.output_stride + k] = random.normal();
    }
    network = make_network<double>(model, layout, rows, 1, loss);
    network->keep_activations(true);
  }
  const double* predict() { return network->predict(x.data(), rows, parameters.data(), statistics.data()); }

  ActivationView<double> view(const std::string& name) {
    for (const ActivationView<double>& candidate : network->activations())
      if (candidate.name == name) return candidate;
    ADD_FAILURE() << "no layer " << name;
    return {};
  }

  // What training minimizes: train.loss of the outputs or the likelihood, and the load.
  double objective() {
    const double* out = predict();
    double sum = 0;
    if (network->has_own_loss()) {
      sum = network->own_loss(targets.data(), rows).loss / rows;
    } else {
      for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t k = 0; k < outputs; ++k)
          sum += targets.data()[r * layout.output_stride + k] * out[r * layout.output_stride + k];
    }
    const ActivationView<double> gate = view("gate");
    double squares = 0;
    for (std::int64_t e = 0; e < gate.features; ++e) {
      double importance = 0;
      for (std::int64_t r = 0; r < rows; ++r) importance += gate.values[r * gate.stride + e];
      squares += importance * importance;
    }
    const double mean = static_cast<double>(rows) / static_cast<double>(gate.features);
    const double variance = squares / static_cast<double>(gate.features) - mean * mean;
    return sum + model.gate.load_balancing * variance / (mean * mean);
  }

  void expect_central_differences() {
    network->forward(x.data(), rows, parameters.data(), statistics.data(), {});
    if (network->has_own_loss()) network->own_loss(targets.data(), rows);
    else std::copy_n(targets.data(), rows * layout.output_stride, network->logits_gradient());
    network->backward(x.data(), rows, parameters.data(), gradient.data(), {});
    for (const TensorSlot& tensor : layout.tensors)
      for (std::int64_t i = tensor.offset; i < tensor.offset + tensor.size(); ++i) {
        if ((i - tensor.offset) % tensor.stride >= tensor.columns) continue;
        double& p = parameters.data()[i];
        const double kept = p, step = 1e-6;
        p = kept + step;
        const double above = objective();
        p = kept - step;
        const double below = objective();
        p = kept;
        ASSERT_NEAR(gradient.data()[i], (above - below) / (2 * step), 1e-7) << tensor.name;
      }
  }

  config::Model model;
  LossKind loss{};
  Layout layout;
  Buffer<double> parameters, statistics, gradient, x, targets;
  std::unique_ptr<Network<double>> network;
};

TEST_F(mixture, the_gradient_equals_central_differences_whatever_is_mixed) {
  model.activation = config::Activation::tanh;
  for (const LossKind kind : {LossKind::mse, LossKind::cross_entropy})
    for (const bool hidden : {false, true})
      for (const std::int64_t top_k : {0, 2})
        for (const double load : {0.0, 0.7}) {
          SCOPED_TRACE(testing::Message() << config::name_of(kind) << " " << hidden << " " << top_k << " " << load);
          model.experts.hidden = hidden ? std::vector<std::int64_t>{6} : std::vector<std::int64_t>{};
          model.gate.hidden = hidden ? std::vector<std::int64_t>{5} : std::vector<std::int64_t>{};
          model.gate.top_k = top_k > 0 ? std::optional(top_k) : std::nullopt;
          model.gate.load_balancing = load;
          build(kind);
          expect_central_differences();
        }
}

TEST_F(mixture, the_gradient_of_the_likelihood_equals_central_differences) {
  model.experts.std = 0.8;
  for (const std::int64_t top_k : {0, 2}) {
    model.gate.top_k = top_k > 0 ? std::optional(top_k) : std::nullopt;
    model.gate.load_balancing = 0.3;
    build(LossKind::mse);
    ASSERT_TRUE(network->has_own_loss());
    expect_central_differences();
  }
}

TEST_F(mixture, the_likelihood_is_that_of_a_sum_of_gaussians) {
  model.experts.std = 0.5;
  build(LossKind::mse);
  predict();
  double expected = 0;
  for (std::int64_t r = 0; r < rows; ++r) {
    double density = 0;
    for (std::int64_t e = 0; e < 4; ++e) {
      const ActivationView<double> gate = view("gate"), mean = view("expert" + std::to_string(e) + ".linear0");
      double squares = 0;
      for (std::int64_t k = 0; k < outputs; ++k)
        squares += std::pow(targets.data()[r * layout.output_stride + k] - mean.values[r * mean.stride + k], 2);
      density += gate.values[r * gate.stride + e] * std::exp(-squares / 0.5) / std::pow(2 * std::numbers::pi * 0.25, 2);
    }
    expected -= std::log(density);
  }
  EXPECT_NEAR(network->own_loss(targets.data(), rows).loss, expected, 1e-10);
}

TEST_F(mixture, with_cross_entropy_the_outputs_are_logarithms_of_probabilities) {
  build(LossKind::cross_entropy);
  const double* out = predict();
  for (std::int64_t r = 0; r < rows; ++r) {
    double sum = 0;
    for (std::int64_t k = 0; k < outputs; ++k) sum += std::exp(out[r * layout.output_stride + k]);
    EXPECT_NEAR(sum, 1, 1e-14);
  }
}

TEST_F(mixture, experts_that_agree_on_nothing_still_give_finite_logarithms) {
  build(LossKind::cross_entropy);
  for (std::int64_t i = 0; i < layout.parameters; ++i) parameters.data()[i] *= 1e4;  // probabilities below 1e-300
  const double* out = predict();
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t k = 0; k < outputs; ++k) EXPECT_TRUE(std::isfinite(out[r * layout.output_stride + k]));
}

TEST_F(mixture, top_k_opens_that_many_gates_and_they_sum_to_one) {
  model.gate.top_k = 2;
  build(LossKind::mse);
  predict();
  const ActivationView<double> gate = view("gate");
  ASSERT_EQ(gate.features, 4);
  for (std::int64_t r = 0; r < rows; ++r) {
    double sum = 0;
    int open = 0;
    for (std::int64_t e = 0; e < 4; ++e) {
      sum += gate.values[r * gate.stride + e];
      open += gate.values[r * gate.stride + e] > 0;
    }
    EXPECT_EQ(open, 2);
    EXPECT_NEAR(sum, 1, 1e-15);
  }
}

TEST_F(mixture, a_single_expert_is_the_whole_network) {
  model.experts.count = 1;
  build(LossKind::mse);
  const double* out = predict();
  const ActivationView<double> expert = view("expert0.linear0");
  for (std::int64_t i = 0; i < rows * layout.output_stride; ++i) EXPECT_EQ(out[i], expert.values[i]);
}

}  // namespace
}  // namespace descent::fused
