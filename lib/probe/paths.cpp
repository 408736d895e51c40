#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "core/random.h"
#include "nn/kernels/kernels.h"
#include "probe/measures.h"
#include "probe/subsets.h"

namespace descent::probe {
namespace {

constexpr std::int64_t samples = 12;
constexpr std::int64_t examples = 100;
constexpr std::uint64_t path_stream = 3;

// Carries a gradient [B, width] back through single branches z + f(z) W + b.
template <class T>
class Branches {
 public:
  explicit Branches(Look<T>& look)
      : look_(look),
        streams_(look.views(nn::ActivationKind::linear)),
        active_(look.views(nn::ActivationKind::activation)),
        rows_(std::min(examples, look.rows)), gradient_(cells()), spare_(cells()) {}

  std::int64_t blocks() const { return static_cast<std::int64_t>(streams_.size()) - 1; }

  // Norm of what arrives of the loss's gradient if these blocks pass it through their branch, the others around it.
  double norm(std::vector<std::int32_t> through) {
    std::copy_n(streams_.back().gradient, cells(), gradient_.data());
    std::ranges::sort(through, std::greater{});
    for (const std::int32_t block : through) pass(static_cast<std::size_t>(block) + 1);
    return std::sqrt(nn::kernels<T>().square_sum(cells(), gradient_.data()));
  }

 private:
  std::int64_t cells() const { return rows_ * streams_.front().stride; }

  void pass(std::size_t block) {
    const nn::Kernels<T>& kernels = nn::kernels<T>();
    const nn::NamedTensor& weight = *look_.subject.layout.find(streams_[block].name + ".weight");
    nn::Buffer<T> transposed(weight.columns * weight.stride);  // blocks are square
    kernels.transpose(weight.rows, weight.columns, look_.subject.parameters + weight.offset, weight.stride,
                      transposed.data(), weight.stride);
    kernels.matmul(rows_, weight.rows, weight.columns, gradient_.data(), weight.stride, 1, transposed.data(),
                   weight.stride, nullptr, spare_.data(), weight.stride);
    kernels.activate_backward(static_cast<int>(look_.subject.experiment.model.activation), cells(),
                              streams_[block - 1].values, active_[block - 1].values, spare_.data(), gradient_.data());
  }

  Look<T>& look_;
  const std::vector<nn::ActivationView<T>> streams_, active_;
  const std::int64_t rows_;
  nn::Buffer<T> gradient_, spare_;
};

}  // namespace

template <class T>
PathLengths path_lengths(Look<T>& look) {
  Branches<T> branches(look);
  const std::int64_t blocks = branches.blocks();
  core::Random random(static_cast<std::uint64_t>(look.subject.seed), path_stream);
  std::vector<double> norms, weights;
  for (std::int64_t k = 0; k <= blocks; ++k) {
    const auto sets = subsets(blocks, k, samples, random);
    double sum = 0;
    for (const std::vector<std::int32_t>& set : sets) sum += branches.norm(set);
    norms.push_back(sum / static_cast<double>(sets.size()));
    weights.push_back(norms.back() * binomial(blocks, k));
  }
  PathLengths lengths{{}, 0, 0, std::pow(norms.back() / norms.front(), 1.0 / static_cast<double>(blocks))};
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  double below = 0;
  for (std::size_t k = 0; k < weights.size(); ++k) {
    const double share = weights[k] / total;
    lengths.share.push_back(share);
    lengths.mean += share * static_cast<double>(k);
    if (below < 0.95) lengths.reach = static_cast<double>(k);
    below += share;
  }
  return lengths;
}

template PathLengths path_lengths(Look<float>&);
template PathLengths path_lengths(Look<double>&);

}  // namespace descent::probe
