#include "fused/network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
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
    network = make_network<double>({model, layout, rows, 1, loss});
  }
  const double* predict() { return network->predict(x.data(), rows, parameters.data(), statistics.data()); }

  // [rows, stride]: the outputs of the gate or an expert alone.
  std::vector<double> outputs_of(const std::string& name) {
    const bool is_gate = name == "gate";
    const config::Model part = is_gate ? config::gate_model(model) : config::expert_model(model);
    const Layout own = make_layout<double>(part, {1, 1, inputs}, is_gate ? model.experts.count : outputs);
    const auto alone = make_network<double>({part, own, rows});
    const double* out =
        alone->predict(x.data(), rows, parameters.data() + layout.offset(name + ".linear0.weight"), statistics.data());
    return {out, out + rows * own.output_stride};
  }

  // [rows][experts]: the softmax over the top_k largest logits of the gate.
  std::vector<std::vector<double>> gates() {
    const std::vector<double> logits = outputs_of("gate");
    const auto count = static_cast<std::size_t>(model.experts.count), stride = logits.size() / rows;
    std::vector<std::vector<double>> all;
    for (std::size_t r = 0; r < rows; ++r) {
      std::vector<double> row(logits.begin() + static_cast<std::ptrdiff_t>(r * stride),
                              logits.begin() + static_cast<std::ptrdiff_t>(r * stride + count));
      std::vector<double> sorted = row;
      std::ranges::sort(sorted, std::greater());
      const double least = sorted[static_cast<std::size_t>(model.gate.top_k.value_or(model.experts.count)) - 1];
      double sum = 0;
      for (double& value : row) sum += value = value < least ? 0 : std::exp(value);
      for (double& value : row) value /= sum;
      all.push_back(row);
    }
    return all;
  }

  // The objective of training: loss or negative log-likelihood, plus load balancing.
  double objective() {
    const double* out = predict();
    double sum = 0;
    if (network->has_likelihood()) {
      sum = network->negative_log_likelihood(targets.data(), rows).loss / rows;
    } else {
      for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t k = 0; k < outputs; ++k)
          sum += targets.data()[r * layout.output_stride + k] * out[r * layout.output_stride + k];
    }
    const std::vector<std::vector<double>> gate = gates();
    double squares = 0;
    for (std::size_t e = 0; e < gate[0].size(); ++e) {
      double importance = 0;
      for (const std::vector<double>& row : gate) importance += row[e];
      squares += importance * importance;
    }
    const auto count = static_cast<double>(gate[0].size());
    const double mean = static_cast<double>(rows) / count, variance = squares / count - mean * mean;
    return sum + model.gate.load_balancing * variance / (mean * mean);
  }

  void expect_central_differences() {
    network->forward(x.data(), rows, parameters.data(), statistics.data(), {});
    if (network->has_likelihood()) network->negative_log_likelihood(targets.data(), rows);
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

TEST_F(mixture, the_gradient_equals_central_differences_for_both_losses) {
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
    ASSERT_TRUE(network->has_likelihood());
    expect_central_differences();
  }
}

TEST_F(mixture, the_likelihood_is_that_of_a_sum_of_gaussians) {
  model.experts.std = 0.5;
  build(LossKind::mse);
  predict();
  double expected = 0;
  const std::vector<std::vector<double>> gate = gates();
  for (std::int64_t r = 0; r < rows; ++r) {
    double density = 0;
    for (std::size_t e = 0; e < 4; ++e) {
      const std::vector<double> mean = outputs_of("expert" + std::to_string(e));
      double squares = 0;
      for (std::int64_t k = 0; k < outputs; ++k) {
        const std::int64_t i = r * layout.output_stride + k;
        squares += std::pow(targets.data()[i] - mean[static_cast<std::size_t>(i)], 2);
      }
      density +=
          gate[static_cast<std::size_t>(r)][e] * std::exp(-squares / 0.5) / std::pow(2 * std::numbers::pi * 0.25, 2);
    }
    expected -= std::log(density);
  }
  EXPECT_NEAR(network->negative_log_likelihood(targets.data(), rows).loss, expected, 1e-10);
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

TEST_F(mixture, disagreeing_experts_have_finite_log_probabilities) {
  build(LossKind::cross_entropy);
  for (std::int64_t i = 0; i < layout.parameters; ++i) parameters.data()[i] *= 1e4;  // probabilities below 1e-300
  const double* out = predict();
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t k = 0; k < outputs; ++k) EXPECT_TRUE(std::isfinite(out[r * layout.output_stride + k]));
}

TEST_F(mixture, outputs_are_weighted_by_the_top_k_gates) {
  model.gate.top_k = 2;
  build(LossKind::mse);
  const double* out = predict();
  const std::vector<std::vector<double>> gate = gates();
  std::vector<double> expected(static_cast<std::size_t>(rows * layout.output_stride));
  for (std::size_t e = 0; e < 4; ++e) {
    const std::vector<double> expert = outputs_of("expert" + std::to_string(e));
    for (std::size_t i = 0; i < expected.size(); ++i)
      expected[i] += gate[i / static_cast<std::size_t>(layout.output_stride)][e] * expert[i];
  }
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(out[i], expected[i], 1e-14);
}

TEST_F(mixture, a_single_expert_equals_a_plain_network) {
  model.experts.count = 1;
  build(LossKind::mse);
  const double* out = predict();
  const std::vector<double> expert = outputs_of("expert0");
  for (std::size_t i = 0; i < expert.size(); ++i) EXPECT_EQ(out[i], expert[i]);
}

}  // namespace
}  // namespace descent::fused
