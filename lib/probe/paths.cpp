#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/random.h"
#include "probe/measures.h"
#include "probe/subsets.h"

namespace descent::probe {
namespace {

constexpr std::int64_t samples = 12;
constexpr std::int64_t examples = 100;
constexpr std::uint64_t path_stream = 3;

// Carries the gradient of the loss of the first examples back along single paths.
template <class T>
class Paths {
 public:
  explicit Paths(Look<T>& look)
      : look_(look), rows_(std::min(examples, look.rows)), gradient_(look.subject.layout.parameters) {
    look.forward(rows_);
    const T* of_outputs = look.network.logits_gradient();
    loss_gradient_.assign(of_outputs, of_outputs + rows_ * look.subject.layout.output_stride);
  }
  ~Paths() { look_.network.pass_blocks({}); }

  // Norm of what arrives at the first hidden layer if these blocks pass it through their branch, the others around it.
  double norm(const std::vector<std::int32_t>& through) {
    fused::Network<T>& network = look_.network;
    std::vector<fused::Way> ways(static_cast<std::size_t>(network.blocks()), fused::Way::around);
    for (const std::int32_t block : through) ways[static_cast<std::size_t>(block)] = fused::Way::through;
    network.pass_blocks(std::move(ways));
    std::ranges::copy(loss_gradient_, network.logits_gradient());
    network.backward(look_.subject.x, rows_, look_.subject.parameters, gradient_.data(), {});
    return gradient_norm(network.activations().front());
  }

 private:
  Look<T>& look_;
  const std::int64_t rows_;
  std::vector<T> loss_gradient_;
  fused::Buffer<T> gradient_;
};

}  // namespace

template <class T>
PathLengths path_lengths(Look<T>& look) {
  Paths<T> paths(look);
  const std::int64_t blocks = look.network.blocks();
  core::Random random(static_cast<std::uint64_t>(look.subject.seed), path_stream);
  std::vector<double> norms, weights;
  for (std::int64_t k = 0; k <= blocks; ++k) {
    const auto sets = subsets(blocks, k, samples, random);
    double sum = 0;
    for (const std::vector<std::int32_t>& set : sets) sum += paths.norm(set);
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
