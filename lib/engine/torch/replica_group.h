#pragma once
// R networks of equal shape, trained as one module.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/closed_form.h"
#include "engine/engine.h"
#include "engine/ranks.h"
#include "engine/torch/data_parallel.h"
#include "engine/torch/device_graph.h"
#include "engine/torch/evaluator.h"
#include "engine/torch/optimizer.h"
#include "engine/torch/step_graphs.h"
#include "engine/torch/step_inputs.h"
#include "engine/torch/step_randomness.h"
#include "models/network.h"

namespace descent::engine {

// Where and with whom an engine trains.
struct TorchContext {
  at::Device device;
  std::shared_ptr<void> lease;  // held while the engine lives
  InputCache& inputs;
  std::function<void(const std::string&)> notify;  // receives messages for the user
  std::shared_ptr<Ranks> ranks;                    // train together; null: this process alone
  MakeGraph make_graph{};                          // for training steps; empty: they are not recorded
};

class ReplicaGroup {
 public:
  // The replicas and `context` must outlive this.
  ReplicaGroup(std::vector<const Replica*> replicas, const TorchContext& context);

  std::size_t size() const { return replicas_.size(); }

  // Like Engine::advance(), for the members `active`.
  std::vector<std::optional<std::int64_t>> advance(std::span<const std::size_t> active, std::int64_t until);

  std::vector<SplitLoss> evaluate(config::Split split) { return evaluator_.evaluate({*network_, 0}, split); }
  at::Tensor predict(std::size_t member, config::Split split) { return evaluator_.predict(*network_, member, split); }
  std::unique_ptr<Observation> observe(std::size_t member);

  std::optional<double> learning_rate(std::size_t member) const;
  double weight_norm(std::size_t member) const;
  std::vector<NamedTensor> tensors(std::size_t member) const;
  void take_snapshot(std::size_t member);
  void restore_snapshot(std::size_t member);
  void finish(std::size_t member) { states_[member].closed_form.reset(); }
  template <class Archive> void archive(std::size_t member, Archive& ar);

  // The state of one member.
  struct State {
    std::int64_t step = 0;
    std::optional<double> gradient_norm;    // of the last step, before clipping
    std::vector<double> update_ratios;      // of the last step, by weight tensor; empty at step 0
    std::vector<at::Tensor> snapshot;       // parameters and statistics; empty: none
    std::optional<ClosedForm> closed_form;  // from the first advance() to finish()
  };
  const State& state(std::size_t member) const { return states_[member]; }

 private:
  struct Divergence {
    std::int64_t step;
    std::vector<std::size_t> members;
  };
  // All tensors that a training step changes: [R, ...].
  std::vector<at::Tensor> training_state() const;
  std::vector<at::Tensor> weights() const;  // [R, ...]

  std::optional<Divergence> take_steps(const std::vector<std::size_t>& members, std::int64_t end);
  // The first step at which the loss of any of `members` is not finite. losses: [steps, R], from step `begin` on.
  static std::optional<Divergence> first_divergence(const at::Tensor& losses, const std::vector<std::size_t>& members,
                                                    std::int64_t begin);
  at::Tensor compute_steps(std::int64_t begin, std::int64_t end);
  StepResult compute_step(std::int64_t step, bool measured);
  StepResult compute_step(const StepInputs& inputs, const std::vector<Optimizer::Group>& groups, bool measured);
  at::Tensor clip_gradients();
  void limit_norms();
  at::Tensor update_ratios(const std::vector<at::Tensor>& before) const;
  void measure_last_step(std::size_t member);
  void solve(std::size_t member, std::int64_t step);

  const std::vector<const Replica*> replicas_;
  const config::Experiment& experiment_;  // of the first replica: shapes, schedule, precision
  const at::Device device_;
  const at::TensorOptions options_;
  const std::shared_ptr<models::Network> network_;
  StepGraphs graphs_;
  const std::shared_ptr<StepRandomness> randomness_;
  Evaluator evaluator_;
  Optimizer optimizer_;
  const std::vector<at::Tensor> limited_;  // weights that train.max_norm applies to
  DataParallel data_parallel_;
  const bool measures_updates_;
  PreparedSteps prepared_;
  StepResult measured_;  // the last measured step
  std::vector<State> states_;
};

}  // namespace descent::engine
