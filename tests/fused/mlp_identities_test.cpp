// Exact identities between perceptrons and sums or means of smaller networks.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <numeric>
#include <span>

#include "fused/random_network.h"
#include "fused/softmax.h"

namespace descent::fused {
namespace {

constexpr double rounding = 1e-12;

class mlp_identities : public testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(seeds, mlp_identities, testing::Values(0, 1, 7));

// Warde-Farley et al. 2013. Linear units, so that the masks act on the logits alone: a mask zeroes rows of the readout
// and doubles the others.
TEST_P(mlp_identities, weight_scaling_is_the_geometric_mean_over_all_dropout_masks) {
  constexpr std::int64_t classes = 4;
  const auto softmax_rows = [](std::vector<double> logits) {
    for (std::size_t i = 0; i < logits.size(); i += classes) softmax(std::span(logits).subspan(i, classes));
    return logits;
  };
  for (const std::int64_t units : {4, 8, 12}) {
    config::Model model;
    model.hidden = {units};
    model.activation = config::Activation::identity;
    const RandomNetwork net(model, 6, classes, 3, GetParam());
    const TensorSlot& readout = *net.layout.find("linear1.weight");
    std::vector<double> masked(net.parameters.data(), net.parameters.data() + net.layout.parameters);
    const std::vector<double> scaled = softmax_rows(net.predict());
    std::vector<double> arithmetic(scaled.size()), logarithms(scaled.size());
    const unsigned masks = 1u << units;
    for (unsigned mask = 0; mask < masks; ++mask) {
      for (std::int64_t i = 0; i < readout.size(); ++i)
        masked[static_cast<std::size_t>(readout.offset + i)] =
            mask >> (i / readout.stride) & 1 ? 2 * net.parameters.data()[readout.offset + i] : 0;
      const std::vector<double> p = softmax_rows(net.predict(masked.data()));
      for (std::size_t i = 0; i < p.size(); ++i) {
        arithmetic[i] += p[i] / masks;
        logarithms[i] += std::log(p[i]) / masks;
      }
    }
    EXPECT_LT(largest_difference(scaled, softmax_rows(logarithms)), rounding);
    EXPECT_GT(largest_difference(scaled, arithmetic), 1e-3);
  }
}

// [rows, in] times [in, out], with weights padded to whole vectors.
std::vector<double> apply(const double* weight, std::int64_t in, std::int64_t out, const std::vector<double>& x) {
  const std::int64_t rows = static_cast<std::int64_t>(x.size()) / in;
  std::vector<double> y(static_cast<std::size_t>(rows * out));
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t i = 0; i < in; ++i)
      for (std::int64_t o = 0; o < out; ++o)
        y[static_cast<std::size_t>(r * out + o)] +=
            x[static_cast<std::size_t>(r * in + i)] * weight[i * padded<double>(out) + o];
  return y;
}

// Veit et al. 2016: 10 blocks, branches of gain 1/2, no biases, since a bias belongs to no path.
TEST_P(mlp_identities, a_linear_residual_network_is_the_sum_of_its_paths) {
  constexpr int blocks = 10;
  constexpr std::int64_t width = 8;  // no padding
  config::Model model;
  model.hidden.assign(blocks + 1, width);
  model.activation = config::Activation::identity;
  model.residual = true;
  RandomNetwork net(model, 6, 3, 4, GetParam());
  std::vector<double*> weights;
  for (const TensorSlot& tensor : net.layout.tensors) {
    double* values = net.parameters.data() + tensor.offset;
    if (tensor.role == TensorRole::bias) std::fill_n(values, tensor.size(), 0.0);
    if (tensor.role == TensorRole::weight) weights.push_back(values);
  }
  ASSERT_EQ(weights.size(), blocks + 2u);
  for (std::size_t block = 1; block <= blocks; ++block)
    for (std::int64_t i = 0; i < width * width; ++i) weights[block][i] /= 2;

  std::vector<double> inputs;
  for (std::int64_t r = 0; r < net.rows; ++r) {
    const double* row = net.x.data() + r * net.layout.input_stride;
    inputs.insert(inputs.end(), row, row + 6);
  }
  const std::vector<double> stem = apply(weights.front(), 6, width, inputs), outputs = net.predict();
  std::vector<double> sum(outputs.size());
  double norms[blocks + 1] = {};
  for (unsigned path = 0; path < 1u << blocks; ++path) {
    std::vector<double> h = stem;
    for (std::size_t block = 0; block < blocks; ++block)
      if (path >> block & 1) h = apply(weights[block + 1], width, width, h);
    norms[std::popcount(path)] += std::sqrt(std::inner_product(h.begin(), h.end(), h.begin(), 0.0));
    const std::vector<double> y = apply(weights.back(), width, 3, h);
    for (std::size_t i = 0; i < y.size(); ++i) sum[i] += y[i];
  }
  EXPECT_LT(largest_difference(sum, outputs), rounding);
  EXPECT_NEAR(std::pow(norms[blocks] / norms[0], 1.0 / blocks), 0.5, 0.15);  // factor on the norm per branch
}

}  // namespace
}  // namespace descent::fused
