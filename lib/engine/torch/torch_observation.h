#pragma once
// The inside of a network of the torch engine.

#include <memory>
#include <vector>

#include "engine/engine.h"
#include "engine/torch/replica_group.h"

namespace descent::engine {

class TorchObservation final : public Observation {
 public:
  TorchObservation(ReplicaGroup& group, std::size_t member);

  std::int64_t rows() const override { return rows_; }
  std::int64_t blocks() const override { return network_->blocks(); }
  std::vector<LayerActivation> activations(plan::ActivationKind kind) override;
  std::vector<LayerWeights> weights() override;
  std::vector<double> weight_gradient_norms() override;
  double path_gradient_norm(std::int64_t examples, const std::vector<plan::ResidualPath>& paths) override;
  double test_error(const std::vector<plan::ResidualPath>& paths) override;
  std::vector<NamedTensor> tensors() const override { return group_.tensors(member_); }
  at::Tensor outputs(const std::vector<NamedTensor>& tensors) override;
  at::Tensor inputs() override;

 private:
  // The loss of the first `examples` training examples, in training mode; leaves what the layers compute.
  at::Tensor loss_of(std::int64_t examples);
  void pass();
  void copy_tensors();

  ReplicaGroup& group_;
  const std::size_t member_;
  const std::int64_t rows_;
  const std::shared_ptr<models::Network> network_;  // of this replica alone, with copies of its tensors
  std::vector<models::Activation> activations_;     // of the last pass
  std::vector<at::Tensor> gradients_;               // parallel to activations_, then of the weights; may be undefined
  bool passed_ = false;                             // both are of the probe batch
};

}  // namespace descent::engine
