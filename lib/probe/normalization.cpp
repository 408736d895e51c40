// The identities of batch norm.

#include <algorithm>
#include <cmath>

#include "fused/batch_norm.h"
#include "probe/identities.h"
#include "probe/look.h"
#include "probe/random_network.h"

namespace descent::probe {
namespace {

constexpr std::int64_t batch = 64, features = 256;  // 256: no pads

struct Normalized {
  std::vector<double> y, mean, variance;
};

// x [batch, features] as `groups` devices normalize it in training.
Normalized normalize(const fused::Buffer<double>& x, std::int64_t groups, bool synchronized) {
  config::Norm settings;
  settings.kind = config::NormKind::batch;
  settings.statistics_groups = groups;
  settings.synchronized = synchronized;
  fused::BatchNorm<double> norm(settings, features);
  fused::Buffer<double> mean(features), variance(features), y(batch * features);
  norm.train(batch, x.data(), {nullptr, nullptr}, mean.data(), variance.data(), y.data());
  const std::int64_t statistics = norm.groups() * features;
  return {{y.data(), y.data() + y.size()},
          {norm.mean(), norm.mean() + statistics},
          {norm.variance(), norm.variance() + statistics}};
}

fused::Buffer<double> draw(std::uint64_t seed) {
  core::Random random(seed);
  return random_rows(batch, features, random);
}

double sd_of(const std::vector<double>& values) {
  double sum = 0, squares = 0;
  for (const double v : values) sum += v;
  const auto n = static_cast<double>(values.size());
  for (const double v : values) squares += (v - sum / n) * (v - sum / n);
  return std::sqrt(squares / (n - 1));
}

config::Model normalized_model() {
  config::Model model;
  model.hidden = {7};
  model.activation = config::Activation::tanh;
  model.norm.kind = config::NormKind::batch;
  return model;
}

// The outputs of the first example before and after all others are drawn again.
double company_difference(std::uint64_t seed, bool training) {
  constexpr std::int64_t outputs = 3;
  RandomNetwork net(normalized_model(), 5, outputs, 8, seed);
  for (int step = 0; step < 3; ++step) net.train();  // running statistics of something
  const auto first = [&] {
    std::vector<double> y = training ? net.train() : net.predict();
    y.resize(outputs);
    return y;
  };
  const std::vector<double> before = first();
  const std::vector<double> example(net.x.data(), net.x.data() + net.layout.input_stride);
  core::Random random(seed, 1);
  net.draw_inputs(random);
  std::ranges::copy(example, net.x.data());
  return largest_difference(before, first());
}

}  // namespace

double running_statistics_difference(std::uint64_t seed) {
  constexpr std::int64_t rows = 8;
  RandomNetwork net(normalized_model(), 5, 3, rows, seed);
  core::Random random(seed, 1);
  const fused::NamedTensor& weight = *net.layout.find("linear0.weight");
  const double* w = net.parameters.data() + weight.offset;
  const double* b = net.parameters.data() + net.layout.offset("linear0.bias");
  const auto width = static_cast<std::size_t>(weight.columns);
  std::vector<double> mean(width, 0), variance(width, 1);  // as PyTorch starts them
  const double momentum = net.model.norm.momentum;
  for (int step = 0; step < 30; ++step) {
    net.draw_inputs(random);
    net.train();
    for (std::size_t unit = 0; unit < width; ++unit) {
      std::vector<double> z;
      for (std::int64_t r = 0; r < rows; ++r) {
        z.push_back(b[unit]);
        for (std::int64_t i = 0; i < weight.rows; ++i)
          z.back() += net.x.data()[r * net.layout.input_stride + i] *
                      w[i * weight.stride + static_cast<std::int64_t>(unit)];
      }
      double sum = 0;
      for (const double v : z) sum += v;
      mean[unit] += momentum * (sum / rows - mean[unit]);
      variance[unit] += momentum * (sd_of(z) * sd_of(z) - variance[unit]);
    }
  }
  const double* running = net.statistics.data() + net.layout.offset("norm0.running_mean");
  const double* running_variance = net.statistics.data() + net.layout.offset("norm0.running_var");
  return std::max(largest_difference(mean, {running, running + width}),
                  largest_difference(variance, {running_variance, running_variance + width}));
}

double predicted_company_difference(std::uint64_t seed) { return company_difference(seed, false); }
double trained_company_difference(std::uint64_t seed) { return company_difference(seed, true); }

double synchronized_difference(std::int64_t groups, std::uint64_t seed) {
  const fused::Buffer<double> x = draw(seed);
  return largest_difference(normalize(x, groups, true).y, normalize(x, 1, false).y);
}

double group_difference(std::int64_t groups, std::uint64_t seed) {
  const fused::Buffer<double> x = draw(seed);
  const std::vector<double> whole = normalize(x, 1, false).y, parts = normalize(x, groups, false).y;
  double squares = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) squares += (parts[i] - whole[i]) * (parts[i] - whole[i]);
  return std::sqrt(squares / static_cast<double>(whole.size()));
}

double variance_sum_difference(std::int64_t groups, std::uint64_t seed) {
  const fused::Buffer<double> x = draw(seed);
  const Normalized whole = normalize(x, 1, false), parts = normalize(x, groups, false);
  std::vector<double> sum(features);
  for (std::size_t c = 0; c < features; ++c)
    for (std::size_t g = 0; g < static_cast<std::size_t>(groups); ++g)
      sum[c] += (parts.variance[g * features + c] + std::pow(parts.mean[g * features + c] - whole.mean[c], 2)) /
                static_cast<double>(groups);
  return largest_difference(sum, whole.variance);
}

double layer_norm_group_difference(std::int64_t groups, std::uint64_t seed) {
  const fused::Buffer<double> x = draw(seed);
  fused::Buffer<double> mean(batch), inverse_sd(batch);
  const auto normalize_parts = [&](std::int64_t parts) {
    std::vector<double> y(batch * features);
    const std::int64_t rows = batch / parts;
    for (std::int64_t g = 0; g < parts; ++g)
      fused::kernels<double>().normalize_rows(rows, features, features, true, 1e-5, x.data() + g * rows * features,
                                           nullptr, nullptr, y.data() + g * rows * features, mean.data(),
                                           inverse_sd.data());
    return y;
  };
  return largest_difference(normalize_parts(groups), normalize_parts(1));
}

namespace {

struct BatchStatistics {
  std::vector<double> mean, variance;  // of one batch each; the variance is biased
};

BatchStatistics many_batches(std::int64_t n, std::uint64_t seed) {
  constexpr std::int64_t batches = 1 << 15;
  core::Random random(seed);
  const fused::Buffer<double> x = random_rows(n, batches, random);
  BatchStatistics statistics{std::vector<double>(batches), std::vector<double>(batches)};
  fused::kernels<double>().batch_statistics(n, batches, x.data(), statistics.mean.data(), statistics.variance.data());
  return statistics;
}

}  // namespace

double batch_mean_noise(std::int64_t n, std::uint64_t seed) {
  return sd_of(many_batches(n, seed).mean) * std::sqrt(static_cast<double>(n));
}

double batch_variance_noise(std::int64_t n, std::uint64_t seed) {
  const double count = static_cast<double>(n), unbiased = count / (count - 1);
  return unbiased * sd_of(many_batches(n, seed).variance) * std::sqrt((count - 1) / 2);
}

double normalized_unit_difference(std::uint64_t seed) {
  config::Model model;
  model.hidden = {32, 32, 32};
  model.activation = config::Activation::relu;
  model.norm.kind = config::NormKind::batch;
  RandomNetwork net(model, 20, 3, 100, seed);
  for (const fused::NamedTensor& tensor : net.layout.tensors) {
    double* values = net.parameters.data() + tensor.offset;
    if (tensor.role == fused::Role::gamma) std::fill_n(values, tensor.columns, 1.0);
    if (tensor.role == fused::Role::beta) std::fill_n(values, tensor.columns, 0.0);
  }
  net.network->keep_activations(true);
  net.train();
  double largest = 0;
  std::vector<double> before;  // sd of the units ahead of the norm
  for (const auto& view : net.network->activations()) {
    const UnitMoments units = unit_moments(view);
    if (view.kind == fused::ActivationKind::linear) before = units.sd;
    if (view.kind != fused::ActivationKind::pre_activation) continue;
    for (std::size_t u = 0; u < units.sd.size(); ++u) {
      const double variance = before[u] * before[u];
      largest = std::max({largest, std::abs(units.mean[u]),
                          std::abs(units.sd[u] * units.sd[u] - variance / (variance + model.norm.epsilon))});
    }
  }
  return largest;
}

double undone_norm_difference(std::uint64_t seed) {
  const fused::Buffer<double> x = draw(seed);
  const Normalized plain = normalize(x, 1, false);
  config::Norm settings;
  settings.kind = config::NormKind::batch;
  std::vector<double> gamma;
  for (const double variance : plain.variance) gamma.push_back(std::sqrt(variance + settings.epsilon));
  fused::BatchNorm<double> norm(settings, features);
  fused::Buffer<double> mean(features), variance(features), y(batch * features);
  norm.train(batch, x.data(), {gamma.data(), plain.mean.data()}, mean.data(), variance.data(), y.data());
  return largest_difference({y.data(), y.data() + y.size()}, {x.data(), x.data() + x.size()});
}

}  // namespace descent::probe
