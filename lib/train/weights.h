#pragma once
// The weights of a run as a safetensors file that says what they are.

#include <filesystem>
#include <vector>

#include "data/data.h"
#include "engine/engine.h"
#include "plan/plan.h"

namespace descent::train {

// Of the run with this index in the plan, trained on `data`. The metadata: experiment, run, seed, architecture (the
// keys of "model"), shape of an input, normalization of inputs and targets with its numbers,
// names of the classes.
void save_weights(const std::filesystem::path& file, const plan::Plan& plan, std::size_t run, const data::RunData& data,
                  const std::vector<engine::NamedTensor>& tensors);

}  // namespace descent::train
