#pragma once
// The inside of a network, whichever engine trains it: a LibTorch module with copies of its tensors is observed.

#include <functional>
#include <memory>
#include <vector>

#include "engine/torch/evaluator.h"

namespace descent::engine {

// What is observed; all of it must outlive the observation.
struct Observed {
  Evaluator& evaluator;
  std::size_t member;
  std::function<std::vector<NamedTensor>()> tensors;  // as Engine::tensors()
  const std::vector<double>& update_ratios;           // of the last step, by weight tensor; empty before the first
};
std::unique_ptr<Observation> observe(const Observed& observed);

}  // namespace descent::engine
