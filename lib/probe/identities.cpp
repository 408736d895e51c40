#include "probe/identities.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <set>
#include <span>

#include "fused/init.h"
#include "fused/softmax.h"
#include "probe/random_network.h"
#include "probe/subsets.h"
#include "probe/units.h"

namespace descent::probe {
namespace {

config::Model perceptron(std::int64_t units, config::Activation activation) {
  config::Model model;
  model.hidden = {units};
  model.activation = activation;
  return model;
}

// Of each row of logits.
std::vector<double> softmax(std::vector<double> logits, std::size_t classes) {
  for (std::size_t i = 0; i < logits.size(); i += classes) fused::softmax(std::span(logits).subspan(i, classes));
  return logits;
}

}  // namespace

Symmetries count_symmetries(config::Activation activation, std::int64_t units, std::uint64_t seed) {
  const RandomNetwork net(perceptron(units, activation), 5, 3, 20, seed);
  const std::vector<double> outputs = net.predict();
  const Wiring wiring = wiring_of(net.model, net.layout);
  std::vector<Units> hidden(1);
  hidden[0].order.resize(static_cast<std::size_t>(units));
  hidden[0].factor.resize(static_cast<std::size_t>(units));
  std::iota(hidden[0].order.begin(), hidden[0].order.end(), 0);
  std::vector<double> transformed(static_cast<std::size_t>(net.layout.parameters));
  std::set<std::vector<double>> equivalent;
  double difference = 0;
  do {
    for (unsigned signs = 0; signs < 1u << units; ++signs) {
      for (std::size_t j = 0; j < hidden[0].factor.size(); ++j) hidden[0].factor[j] = signs >> j & 1 ? -1 : 1;
      transform_units(net.layout, wiring, hidden, false, net.parameters.data(), transformed.data());
      const double here = largest_difference(net.predict(transformed.data()), outputs);
      if (here > 1e-12) continue;  // another function: a ReLU cannot change its sign
      equivalent.insert(transformed);
      difference = std::max(difference, here);
    }
  } while (std::ranges::next_permutation(hidden[0].order).found);
  return {static_cast<std::int64_t>(equivalent.size()), difference};
}

double rescaling_difference(std::int64_t units, std::uint64_t seed) {
  const RandomNetwork net(perceptron(units, config::Activation::relu), 5, 3, 20, seed);
  core::Random random(seed, 1);
  std::vector<double> transformed(static_cast<std::size_t>(net.layout.parameters));
  const Wiring wiring = wiring_of(net.model, net.layout);
  transform_units(net.layout, wiring, random_units(wiring, random), false, net.parameters.data(), transformed.data());
  return largest_difference(net.predict(transformed.data()), net.predict());
}

namespace {

// Weights of one linear layer as PyTorch draws them.
std::vector<double> default_weights(std::int64_t fan_in, std::uint64_t seed) {
  config::Model linear;
  const fused::Layout layout = fused::make_layout<double>(linear, {1, 1, fan_in}, 1024);
  fused::Buffer<double> parameters(layout.parameters), none(0);
  fused::initialize(layout, config::Init{}, static_cast<std::int64_t>(seed), parameters.data(), none.data());
  const fused::NamedTensor& weight = *layout.find("linear0.weight");
  return {parameters.data() + weight.offset, parameters.data() + weight.offset + weight.size()};  // 1024: no pads
}

}  // namespace

double default_init_bound(std::int64_t fan_in, std::uint64_t seed) {
  double largest = 0;
  for (const double w : default_weights(fan_in, seed)) largest = std::max(largest, std::abs(w));
  return largest * std::sqrt(static_cast<double>(fan_in));
}

double default_init_sd(std::int64_t fan_in, std::uint64_t seed) {
  const std::vector<double> weights = default_weights(fan_in, seed);
  double squares = 0;
  for (const double w : weights) squares += w * w;
  return std::sqrt(3 * static_cast<double>(fan_in) * squares / static_cast<double>(weights.size()));
}

namespace {

struct DropoutMeans {
  std::vector<double> scaled, geometric, arithmetic;  // probabilities
};

// Linear units, so that the masks act on the logits alone; a mask zeroes rows of the readout and doubles the others.
DropoutMeans dropout_means(std::int64_t units, std::uint64_t seed) {
  constexpr std::int64_t classes = 4;
  const RandomNetwork net(perceptron(units, config::Activation::identity), 6, classes, 3, seed);
  const fused::NamedTensor& readout = *net.layout.find("linear1.weight");
  std::vector<double> masked(net.parameters.data(), net.parameters.data() + net.layout.parameters);
  DropoutMeans means{softmax(net.predict(), classes), {}, {}};
  std::vector<double> logarithms(means.scaled.size());
  means.arithmetic.resize(means.scaled.size());
  const unsigned networks = 1u << units;
  for (unsigned mask = 0; mask < networks; ++mask) {
    for (std::int64_t i = 0; i < readout.size(); ++i)
      masked[static_cast<std::size_t>(readout.offset + i)] =
          mask >> (i / readout.stride) & 1 ? 2 * net.parameters.data()[readout.offset + i] : 0;
    const std::vector<double> p = softmax(net.predict(masked.data()), classes);
    for (std::size_t i = 0; i < p.size(); ++i) {
      means.arithmetic[i] += p[i] / networks;
      logarithms[i] += std::log(p[i]) / networks;
    }
  }
  means.geometric = softmax(logarithms, classes);
  return means;
}

}  // namespace

double geometric_mean_difference(std::int64_t units, std::uint64_t seed) {
  const DropoutMeans means = dropout_means(units, seed);
  return largest_difference(means.scaled, means.geometric);
}

double arithmetic_mean_difference(std::int64_t units, std::uint64_t seed) {
  const DropoutMeans means = dropout_means(units, seed);
  return largest_difference(means.scaled, means.arithmetic);
}

Paths sum_paths(std::uint64_t seed) {
  constexpr int blocks = 10;
  constexpr std::int64_t width = 8;
  config::Model model;
  model.hidden.assign(blocks + 1, width);
  model.activation = config::Activation::identity;
  model.residual = true;
  RandomNetwork net(model, 6, 3, 4, seed);
  std::vector<double*> weights;  // the branches, of gain 1/2; biases belong to no path
  for (const fused::NamedTensor& tensor : net.layout.tensors) {
    double* values = net.parameters.data() + tensor.offset;
    if (tensor.role == fused::Role::bias) std::fill_n(values, tensor.size(), 0.0);
    if (tensor.role == fused::Role::weight) weights.push_back(values);
  }
  for (int block = 1; block <= blocks; ++block)
    for (std::int64_t i = 0; i < width * width; ++i) weights[static_cast<std::size_t>(block)][i] /= 2;  // 8: no pads

  const auto apply = [&](const double* weight, std::int64_t in, std::int64_t out, const std::vector<double>& x) {
    std::vector<double> y(static_cast<std::size_t>(net.rows * out));
    for (std::int64_t r = 0; r < net.rows; ++r)
      for (std::int64_t i = 0; i < in; ++i)
        for (std::int64_t o = 0; o < out; ++o)
          y[static_cast<std::size_t>(r * out + o)] +=
              x[static_cast<std::size_t>(r * in + i)] * weight[i * fused::padded<double>(out) + o];
    return y;
  };
  std::vector<double> inputs;
  for (std::int64_t r = 0; r < net.rows; ++r) {
    const double* row = net.x.data() + r * net.layout.input_stride;
    inputs.insert(inputs.end(), row, row + 6);
  }
  const std::vector<double> stem = apply(weights.front(), 6, width, inputs);
  const std::vector<double> outputs = net.predict();
  std::vector<double> sum(outputs.size());
  double norms[blocks + 1] = {}, counts[blocks + 1] = {};
  for (unsigned path = 0; path < 1u << blocks; ++path) {
    std::vector<double> h = stem;
    for (int block = 0; block < blocks; ++block)
      if (path >> block & 1) h = apply(weights[static_cast<std::size_t>(block + 1)], width, width, h);
    const double squares = std::inner_product(h.begin(), h.end(), h.begin(), 0.0);
    norms[std::popcount(path)] += std::sqrt(squares);
    counts[std::popcount(path)] += 1;
    const std::vector<double> y = apply(weights.back(), width, 3, h);
    for (std::size_t i = 0; i < y.size(); ++i) sum[i] += y[i];
  }
  double wrong = 0;
  for (int k = 0; k <= blocks; ++k) wrong = std::max(wrong, std::abs(counts[k] - binomial(blocks, k)));
  return {largest_difference(sum, outputs), wrong, std::pow(norms[blocks] / norms[0], 1.0 / blocks)};
}

double ambiguity_difference(std::uint64_t seed) {
  constexpr int members = 5;
  constexpr std::int64_t rows = 20;
  std::vector<std::vector<double>> outputs;
  core::Random random(seed, 2);
  config::Model model = perceptron(8, config::Activation::tanh);
  const fused::Buffer<double> x = random_rows(rows, 5, random);
  std::vector<double> mean(rows), targets(rows);
  for (double& target : targets) target = random.normal();
  for (int k = 0; k < members; ++k) {
    RandomNetwork net(model, 5, 1, rows, seed * members + static_cast<std::uint64_t>(k));
    std::copy_n(x.data(), x.size(), net.x.data());
    outputs.push_back(net.predict());
    for (std::size_t i = 0; i < rows; ++i) mean[i] += outputs.back()[i] / members;
  }
  double of_mean = 0, of_members = 0, ambiguity = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    of_mean += std::pow(mean[i] - targets[i], 2) / rows;
    for (const std::vector<double>& output : outputs) {
      of_members += std::pow(output[i] - targets[i], 2) / (rows * members);
      ambiguity += std::pow(output[i] - mean[i], 2) / (rows * members);
    }
  }
  return std::abs(of_mean - (of_members - ambiguity));
}

}  // namespace descent::probe
