#pragma once
// Saves the weights of a run as a safetensors file with metadata.

#include <filesystem>
#include <vector>

#include "data/data.h"
#include "engine/engine.h"
#include "plan/plan.h"

namespace descent::train {

// `run`: index in the plan; `data`: the data it was trained on. The metadata contains experiment, run, seed,
// architecture (the section "model"), input shape, normalization of inputs and targets, and class names.
void save_weights(const std::filesystem::path& file, const plan::Plan& plan, std::size_t run, const data::RunData& data,
                  const std::vector<engine::NamedTensor>& tensors);

}  // namespace descent::train
