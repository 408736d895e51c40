#pragma once
// Packs runs into stacks, which never changes the results of a run.

#include <cstddef>
#include <vector>

#include "plan/plan.h"

namespace descent::plan {

// Runs (indices into Plan::runs) that one engine trains together and that form one part on disk.
using Stack = std::vector<std::size_t>;

// The maximum number of runs in a stack: large enough to make its fixed cost small, smaller for longer runs, so that
// workers finish together and finished runs are soon on disk.
std::size_t stack_size(const config::Experiment& experiment);

// Packs `missing` (in plan order) into stacks. Runs can share a stack if their tensor shapes and schedules are equal:
// they may differ in seed, initialization, dropout rate, learning rate, weight decay, regularization of a closed form
// and label noise.
std::vector<Stack> pack(const Plan& plan, const std::vector<std::size_t>& missing, std::size_t devices = 1);

}  // namespace descent::plan
