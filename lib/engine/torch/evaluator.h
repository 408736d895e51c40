#pragma once
// Evaluation of LibTorch modules: R networks on the examples of their replicas, all at once.

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "engine/engine.h"
#include "engine/torch/examples.h"
#include "engine/torch/step_randomness.h"
#include "models/network.h"

namespace descent::engine {

class Evaluator {
 public:
  // Returns the number of steps that a member has taken, which random dropout masks depend on.
  using Steps = std::function<std::int64_t(std::size_t member)>;

  // Replicas and inputs must outlive this; the networks must draw their masks from `randomness`.
  Evaluator(std::vector<const Replica*> replicas, const at::TensorOptions& options, InputCache& inputs,
            std::shared_ptr<StepRandomness> randomness, Steps steps);

  // A network whose replicas are the members `first`, `first` + 1, ...
  struct Members {
    models::Network& network;
    std::int64_t first;
  };
  std::vector<SplitLoss> evaluate(const Members& members, config::Split split);
  // `network` must hold all members.
  at::Tensor predict(models::Network& network, std::size_t member, config::Split split);

  const Replica& replica(std::size_t member) const { return *replicas_[member]; }
  const Examples& examples(config::Split split) const { return examples_[static_cast<std::size_t>(split)]; }
  const at::TensorOptions& options() const { return options_; }
  const std::shared_ptr<StepRandomness>& randomness() const { return randomness_; }

 private:
  // Visits the outputs [R, B, K] of consecutive examples in evaluation mode: visit(batch, outputs).
  template <class Visit> void for_each_output(const Members& members, config::Split split, const Visit& visit);
  bool samples_masks() const;
  at::Tensor target_units(const Members& members) const;
  at::Tensor average_of_masks(const Members& members, const at::Tensor& x, config::Split split, std::int64_t start);

  const std::vector<const Replica*> replicas_;
  const config::Experiment& experiment_;  // of the first replica: what all have in common
  const at::TensorOptions options_;
  const std::shared_ptr<StepRandomness> randomness_;
  const Steps steps_;
  const std::array<Examples, 3> examples_;  // by split
};

}  // namespace descent::engine
