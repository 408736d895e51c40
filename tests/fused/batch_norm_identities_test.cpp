// Exact and statistical identities of batch norm (Ioffe and Szegedy 2015).

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fused/kernels/kernels.h"
#include "fused/norm.h"
#include "fused/random_network.h"

namespace descent::fused {
namespace {

constexpr double rounding = 1e-12;
constexpr std::int64_t batch = 64, features = 256;  // 256: no padding

class batch_norm_identities : public testing::TestWithParam<std::uint64_t> {
 protected:
  // [rows, columns] of N(0, 1), columns a multiple of the vector's length.
  Buffer<double> draw(std::int64_t rows, std::int64_t columns) const {
    core::Random random(GetParam());
    Buffer<double> x(rows * columns);
    std::generate_n(x.data(), x.size(), [&] { return random.normal(); });
    return x;
  }
};
INSTANTIATE_TEST_SUITE_P(seeds, batch_norm_identities, testing::Values(0, 1, 7));

struct Normalized {
  std::vector<double> y, mean, variance;
};

// x [batch, features] normalized in training with `groups` groups.
Normalized normalize(const Buffer<double>& x, std::int64_t groups, bool synchronized, const double* gamma = nullptr,
                     const double* beta = nullptr) {
  config::Model model;
  model.hidden = {features};
  model.norm = {.kind = config::NormKind::batch,
                .affine = gamma != nullptr,
                .statistics_groups = groups,
                .synchronized = synchronized};
  const Layout layout = make_layout<double>(model, {1, 1, 2}, 2);
  Buffer<double> parameters(layout.parameters), statistics(layout.statistics), y(batch * features);
  if (gamma) std::copy_n(gamma, features, parameters.data() + layout.offset("norm0.weight"));
  if (beta) std::copy_n(beta, features, parameters.data() + layout.offset("norm0.bias"));
  Norm<double> norm(model.norm, layout, "norm0", features, {}, batch);
  norm.forward(x.data(), {batch, parameters.data(), statistics.data(), {}, true}, y.data());
  const std::int64_t size = norm.batch_groups() * features;
  return {
      {y.data(), y.data() + y.size()}, {norm.mean(), norm.mean() + size}, {norm.variance(), norm.variance() + size}};
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

double unbiased_variance(const std::vector<double>& values) {
  const double mean = mean_of(values);
  double squares = 0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  return squares / static_cast<double>(values.size() - 1);
}

config::Model normalized_model() {
  config::Model model;
  model.hidden = {7};
  model.activation = config::Activation::tanh;
  model.norm.kind = config::NormKind::batch;
  return model;
}

TEST_P(batch_norm_identities, running_statistics_are_exponential_averages_of_means_and_unbiased_variances) {
  constexpr std::int64_t rows = 8;
  RandomNetwork net(normalized_model(), 5, 3, rows, GetParam());
  core::Random random(GetParam(), 1);
  const TensorSlot& weight = *net.layout.find("linear0.weight");
  const double* w = net.parameters.data() + weight.offset;
  const double* b = net.parameters.data() + net.layout.offset("linear0.bias");
  const auto width = static_cast<std::size_t>(weight.columns);
  std::vector<double> mean(width, 0), variance(width, 1);  // initial values in PyTorch
  const double momentum = net.model.norm.momentum;
  for (int step = 0; step < 30; ++step) {
    net.draw_inputs(random);
    net.train();
    for (std::size_t unit = 0; unit < width; ++unit) {
      std::vector<double> z(rows, b[unit]);
      for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t i = 0; i < weight.rows; ++i)
          z[static_cast<std::size_t>(r)] +=
              net.x.data()[r * net.layout.input_stride + i] * w[i * weight.stride + static_cast<std::int64_t>(unit)];
      mean[unit] += momentum * (mean_of(z) - mean[unit]);
      variance[unit] += momentum * (unbiased_variance(z) - variance[unit]);
    }
  }
  const double* running_mean = net.statistics.data() + net.layout.offset("norm0.running_mean");
  const double* running_variance = net.statistics.data() + net.layout.offset("norm0.running_var");
  EXPECT_LT(largest_difference(mean, {running_mean, running_mean + width}), rounding);
  EXPECT_LT(largest_difference(variance, {running_variance, running_variance + width}), rounding);
}

TEST_P(batch_norm_identities, an_output_depends_on_the_rest_of_the_batch_in_training_but_not_in_evaluation) {
  constexpr std::int64_t outputs = 3;
  for (const bool training : {false, true}) {
    RandomNetwork net(normalized_model(), 5, outputs, 8, GetParam());
    for (int step = 0; step < 3; ++step) net.train();  // running statistics other than 0 and 1
    const auto first = [&] {
      std::vector<double> y = training ? net.train() : net.predict();
      y.resize(outputs);
      return y;
    };
    const std::vector<double> before = first(), example(net.x.data(), net.x.data() + net.layout.input_stride);
    core::Random random(GetParam(), 1);
    net.draw_inputs(random);
    std::ranges::copy(example, net.x.data());
    if (training) EXPECT_GT(largest_difference(before, first()), 1e-3);
    else EXPECT_LT(largest_difference(before, first()), rounding);
  }
}

TEST_P(batch_norm_identities, synchronized_groups_normalize_like_the_whole_batch_and_smaller_groups_differ_more) {
  const Buffer<double> x = draw(batch, features);
  const Normalized whole = normalize(x, 1, false);
  double fewer_groups = 0;
  for (const std::int64_t groups : {2, 4, 8}) {
    EXPECT_LT(largest_difference(normalize(x, groups, true).y, whole.y), 1e-10);
    const std::vector<double> parts = normalize(x, groups, false).y;
    double squares = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) squares += (parts[i] - whole.y[i]) * (parts[i] - whole.y[i]);
    const double difference = std::sqrt(squares / static_cast<double>(parts.size()));
    EXPECT_GT(difference, fewer_groups);
    if (groups == 2) {
      EXPECT_NEAR(difference, 0.14, 0.02);
    }
    fewer_groups = difference;
  }
  EXPECT_GT(fewer_groups, 0.2);
}

// The law of total variance.
TEST_P(batch_norm_identities, variance_is_the_mean_of_the_groups_variances_plus_the_variance_of_their_means) {
  const Buffer<double> x = draw(batch, features);
  const Normalized whole = normalize(x, 1, false);
  for (const std::int64_t groups : {2, 4, 8}) {
    const Normalized parts = normalize(x, groups, false);
    std::vector<double> sum(features);
    for (std::size_t c = 0; c < features; ++c)
      for (std::size_t g = 0; g < static_cast<std::size_t>(groups); ++g)
        sum[c] += (parts.variance[g * features + c] + std::pow(parts.mean[g * features + c] - whole.mean[c], 2)) /
                  static_cast<double>(groups);
    EXPECT_LT(largest_difference(sum, whole.variance), rounding);
  }
}

TEST_P(batch_norm_identities, layer_norm_does_not_depend_on_the_groups) {
  const Buffer<double> x = draw(batch, features);
  Buffer<double> mean(batch), rstd(batch);
  const auto normalize_parts = [&](std::int64_t parts) {
    std::vector<double> y(batch * features);
    const std::int64_t rows = batch / parts;
    for (std::int64_t first = 0; first < batch * features; first += rows * features)
      kernels<double>().normalize_rows(rows, features, features, true, 1e-5, x.data() + first, nullptr, nullptr,
                                       y.data() + first, mean.data(), rstd.data());
    return y;
  };
  for (const std::int64_t groups : {2, 4, 8}) EXPECT_EQ(normalize_parts(groups), normalize_parts(1));
}

TEST_P(batch_norm_identities, the_noise_of_small_batch_statistics_agrees_with_theory) {
  constexpr std::int64_t batches = 1 << 15;
  for (const std::int64_t n : {4, 16, 64}) {
    const Buffer<double> x = draw(n, batches);
    std::vector<double> mean(batches), variance(batches);
    kernels<double>().batch_statistics(n, batches, x.data(), mean.data(), variance.data());
    const double count = static_cast<double>(n), unbiased = count / (count - 1);
    EXPECT_NEAR(std::sqrt(unbiased_variance(mean) * count), 1, 0.02);
    EXPECT_NEAR(unbiased * std::sqrt(unbiased_variance(variance) * (count - 1) / 2), 1, 0.03);
  }
}

TEST_P(batch_norm_identities, gamma_and_beta_can_undo_the_normalization) {
  const Buffer<double> x = draw(batch, features);
  const Normalized plain = normalize(x, 1, false);
  std::vector<double> gamma;
  for (const double variance : plain.variance) gamma.push_back(std::sqrt(variance + config::Norm{}.epsilon));
  EXPECT_LT(
      largest_difference(normalize(x, 1, false, gamma.data(), plain.mean.data()).y, {x.data(), x.data() + x.size()}),
      rounding);
}

}  // namespace
}  // namespace descent::fused
