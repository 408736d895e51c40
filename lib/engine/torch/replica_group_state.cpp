#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "engine/torch/observation.h"
#include "engine/torch/replica_group.h"

namespace descent::engine {

std::optional<double> ReplicaGroup::learning_rate(std::size_t member) const {
  const State& state = states_[member];
  switch (experiment_.train.solver.kind) {
    case config::SolverKind::optimizer:
      return replicas_[member]->learning_rate(std::max<std::int64_t>(state.step - 1, 0));
    case config::SolverKind::gradient_descent: return state.closed_form->lr();
    case config::SolverKind::least_squares:
    case config::SolverKind::ridge: return std::nullopt;
  }
  __builtin_unreachable();
}

double ReplicaGroup::weight_norm(std::size_t member) const {
  at::Tensor squares = torch::zeros({}, options_.dtype(at::kDouble));
  for (const at::Tensor& weight : weights())
    squares += weight[static_cast<std::int64_t>(member)].to(at::kDouble).square().sum();
  return std::sqrt(squares.item<double>());
}

std::vector<NamedTensor> ReplicaGroup::tensors(std::size_t member) const {
  std::vector<NamedTensor> all;
  for (const models::NamedView& view : network_->tensors(static_cast<std::int64_t>(member)))
    all.push_back({view.name, view.values.to(at::kCPU, view.values.scalar_type(), false, /*copy=*/true).contiguous()});
  return all;
}

void ReplicaGroup::take_snapshot(std::size_t member) {
  states_[member].snapshot.clear();
  for (const models::NamedView& view : network_->tensors(static_cast<std::int64_t>(member)))
    states_[member].snapshot.push_back(view.values.clone());
}

void ReplicaGroup::restore_snapshot(std::size_t member) {
  const std::vector<at::Tensor>& snapshot = states_[member].snapshot;
  if (snapshot.empty()) return;
  const std::vector<models::NamedView> views = network_->tensors(static_cast<std::int64_t>(member));
  for (std::size_t i = 0; i < snapshot.size(); ++i) views[i].values.copy_(snapshot[i]);
}

std::unique_ptr<Observation> ReplicaGroup::observe(std::size_t member) {
  return engine::observe(
      {evaluator_, member, [this, member] { return tensors(member); }, states_[member].update_ratios});
}

// Goes through the CPU, so that training can resume on another device.
template <class Archive> void ReplicaGroup::archive(std::size_t member, Archive& ar) {
  State& state = states_[member];
  ar(state.step);
  ar(state.gradient_norm);
  ar(state.update_ratios);
  bool has_snapshot = !state.snapshot.empty();
  ar(has_snapshot);
  if (has_snapshot && state.snapshot.empty()) take_snapshot(member);
  std::vector<at::Tensor> tensors = state.snapshot;
  for (const at::Tensor& tensor : training_state()) tensors.push_back(tensor[static_cast<std::int64_t>(member)]);
  for (const at::Tensor& tensor : tensors) {
    const at::Tensor values = tensor.cpu().contiguous();
    ar.values(std::span(static_cast<std::byte*>(values.mutable_data_ptr()), values.nbytes()));
    if (Archive::reading) tensor.copy_(values);
  }
}

template void ReplicaGroup::archive(std::size_t, core::Writer&);
template void ReplicaGroup::archive(std::size_t, core::Reader&);

}  // namespace descent::engine
