// Probes that change a trained network and measure it again.

#include <ATen/TensorOperators.h>

#include "probe/measures.h"
#include "probe/permutation.h"
#include "probe/subsets.h"

namespace descent::probe {
namespace {

// Random streams of the run's seed.
constexpr std::uint64_t unit_stream = 1, lesion_stream = 2;

// Veit et al. 2016, section 4.1: a deleted residual block is replaced by its shortcut, including projections; a deleted
// layer of a plain network by the identity.
double error_without(const ProbeContext& context, const std::vector<std::int32_t>& deleted) {
  std::vector<plan::ResidualPath> paths(static_cast<std::size_t>(context.observation.blocks()),
                                        plan::ResidualPath::full);
  for (const std::int32_t block : deleted) paths[static_cast<std::size_t>(block)] = plan::ResidualPath::shortcut;
  return context.observation.test_error(paths);
}

}  // namespace

void symmetry_difference(ProbeContext& context, const AddValue& add) {
  core::Random random(static_cast<std::uint64_t>(context.seed), unit_stream);
  const PermutationSpec spec = permutation_spec(context.experiment);
  const std::vector<engine::NamedTensor> tensors = context.observation.tensors();
  const at::Tensor before = context.observation.outputs(tensors);
  const at::Tensor after = context.observation.outputs(permuted(tensors, spec, random_units(spec, random)));
  add("", (after.to(at::kDouble) - before.to(at::kDouble)).abs().max().item<double>());
}

void lesion_error(ProbeContext& context, const AddValue& add) {
  constexpr std::int64_t draws = 10;
  const std::int64_t blocks = context.observation.blocks();
  core::Random random(static_cast<std::uint64_t>(context.seed), lesion_stream);
  for (const std::int64_t deleted : {0, 1, 2, 4, 8, 12, 16}) {
    if (deleted > blocks) break;
    const auto sets = subsets(blocks, deleted, deleted == 1 ? blocks : draws, random);
    double sum = 0;
    for (const std::vector<std::int32_t>& set : sets) sum += error_without(context, set);
    add("deleted=" + std::to_string(deleted), sum / static_cast<double>(sets.size()));
  }
}

void lesion_worst_error(ProbeContext& context, const AddValue& add) {
  double worst = 0;
  for (std::int32_t block = 0; block < context.observation.blocks(); ++block)
    worst = std::max(worst, error_without(context, {block}));
  add("", worst);
}

}  // namespace descent::probe
