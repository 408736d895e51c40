#pragma once
// Packing runs into stacks: runs of equal tensor shapes and schedule share one. Never changes a number.

#include <cstddef>
#include <vector>

#include "plan/plan.h"

namespace descent::plan {

// Runs (indices into Plan::runs) trained by one program.
using Stack = std::vector<std::size_t>;

// How many networks share a stack: a table of shapes, never of the machine.
std::size_t stack_size(const config::Model& model);

// Packs `missing` (in plan order) into stacks of equal shape; how many go into one is a table of shapes.
// Points may differ within a stack in seed, initialization, dropout rate, learning rate, weight decay, label
// noise.
std::vector<Stack> pack(const Plan& plan, const std::vector<std::size_t>& missing);

}  // namespace descent::plan
