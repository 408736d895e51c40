#include <cmath>
#include <numeric>

#include "core/random.h"
#include "probe/measures.h"
#include "probe/subsets.h"

namespace descent::probe {
namespace {

constexpr std::int64_t samples = 12;
constexpr std::int64_t max_examples = 100;
constexpr std::uint64_t path_stream = 3;

// Norm of the gradient at the first hidden layer through these branches, and through the shortcuts of other blocks.
double norm_along(const ProbeContext& context, const std::vector<std::int32_t>& branches) {
  std::vector<plan::ResidualPath> paths(static_cast<std::size_t>(context.observation.blocks()),
                                        plan::ResidualPath::shortcut);
  for (const std::int32_t block : branches) paths[static_cast<std::size_t>(block)] = plan::ResidualPath::branch;
  return context.observation.path_gradient_norm(std::min(max_examples, context.observation.rows()), paths);
}

}  // namespace

const PathLengths& path_lengths(ProbeContext& context) {
  if (context.paths) return *context.paths;
  const std::int64_t blocks = context.observation.blocks();
  core::Random random(static_cast<std::uint64_t>(context.seed), path_stream);
  std::vector<double> norms, weights;
  for (std::int64_t k = 0; k <= blocks; ++k) {
    const auto sets = subsets(blocks, k, samples, random);
    double sum = 0;
    for (const std::vector<std::int32_t>& set : sets) sum += norm_along(context, set);
    norms.push_back(sum / static_cast<double>(sets.size()));
    weights.push_back(norms.back() * binomial(blocks, k));
  }
  PathLengths lengths{{}, 0, 0, std::pow(norms.back() / norms.front(), 1.0 / static_cast<double>(blocks))};
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  double cumulative = 0;
  for (std::size_t k = 0; k < weights.size(); ++k) {
    const double share = weights[k] / total;
    lengths.share.push_back(share);
    lengths.mean += share * static_cast<double>(k);
    if (cumulative < 0.95) lengths.reach = static_cast<double>(k);
    cumulative += share;
  }
  return context.paths.emplace(std::move(lengths));
}

}  // namespace descent::probe
