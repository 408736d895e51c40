#pragma once
// Packing runs into stacks: the batches of replicas that one engine holds. Never changes a number.

#include <cstddef>
#include <vector>

#include "plan/plan.h"

namespace descent::plan {

// Runs (indices into Plan::runs) whose networks are the replicas of one engine and whose rows are one part on disk.
using Stack = std::vector<std::size_t>;

// How many runs like this share a stack: as many as make its fixed cost small, fewer of longer ones, so that workers
// end together and a finished run is on disk soon.
std::size_t stack_size(const config::Experiment& experiment);

// Packs `missing` (in plan order) into stacks. Points share a stack where tensor shapes and schedule are equal: they
// may differ in seed, initialization, dropout rate, learning rate, weight decay, regularization of a closed form and
// label noise.
std::vector<Stack> pack(const Plan& plan, const std::vector<std::size_t>& missing, std::size_t devices = 1);

}  // namespace descent::plan
