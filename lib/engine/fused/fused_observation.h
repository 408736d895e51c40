#pragma once
// The inside of a network of the fused engine.

#include <memory>
#include <vector>

#include "engine/engine.h"
#include "engine/fused/replica_state.h"

namespace descent::engine {

template <class T> class FusedObservation final : public Observation {
 public:
  explicit FusedObservation(ReplicaState<T>& state);

  std::int64_t rows() const override { return rows_; }
  std::int64_t blocks() const override { return network_->blocks(); }
  std::vector<LayerActivation> activations(plan::ActivationKind kind) override;
  std::vector<LayerWeights> weights() override;
  std::vector<double> weight_gradient_norms() override;
  double path_gradient_norm(std::int64_t examples, const std::vector<plan::ResidualPath>& paths) override;
  double test_error(const std::vector<plan::ResidualPath>& paths) override;
  std::vector<NamedTensor> tensors() const override { return state_.tensors(); }
  at::Tensor outputs(const std::vector<NamedTensor>& tensors) override;
  at::Tensor inputs() override;

 private:
  void forward(std::int64_t examples);
  void pass();
  double norm(std::int64_t count, const T* values) const;

  ReplicaState<T>& state_;
  const std::int64_t rows_;
  const std::unique_ptr<fused::Network<T>> network_;
  fused::Buffer<T> gradient_, statistics_;
  bool passed_ = false;                  // network and gradient hold a pass over the probe batch
  std::vector<T> loss_gradient_;         // of the outputs, for the backward passes along paths
  std::int64_t loss_gradient_rows_ = 0;  // 0: the network holds no forward pass for them
};

}  // namespace descent::engine
