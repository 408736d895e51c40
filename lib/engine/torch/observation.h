#pragma once
// Observation of a network trained by either engine, through a LibTorch module with copies of its tensors.

#include <functional>
#include <memory>
#include <vector>

#include "engine/torch/evaluator.h"

namespace descent::engine {

// The network to observe; everything here must outlive the observation.
struct Observed {
  Evaluator& evaluator;
  std::size_t member;
  std::function<std::vector<NamedTensor>()> tensors;  // like Engine::tensors()
  const std::vector<double>& update_ratios;           // of the last step, by weight tensor; empty at step 0
};
std::unique_ptr<Observation> observe(const Observed& observed);

}  // namespace descent::engine
