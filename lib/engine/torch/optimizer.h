#pragma once
// SGD, Adam and AdamW for R replicas by LibTorch's fused updates, on any device.

#include <ATen/core/Tensor.h>

#include <vector>

#include "engine/engine.h"
#include "models/network.h"

namespace descent::engine {

class Optimizer {
 public:
  // Moves the parameters of `network` into one flat tensor; their moments are others of that size. The replicas may
  // differ in learning rate and weight decay.
  Optimizer(std::vector<const Replica*> replicas, models::Network& network);

  // One step, 0-based, with the gradients of the parameters, which it takes away.
  void step(std::int64_t step);

  // [R, ...] as the parameters, one after the other.
  std::vector<at::Tensor> moments() const;

 private:
  // Parameters, gradients and moments that one update sees.
  struct Tensors {
    std::vector<at::Tensor> parameters, gradients;
    std::vector<std::vector<at::Tensor>> moments;
  };
  struct Range {
    std::int64_t first, count;  // of replicas
  };
  Tensors selected(bool weights, bool others, const Range& range) const;
  void update(const Tensors& tensors, double lr, double weight_decay, std::int64_t step);

  const std::vector<const Replica*> replicas_;
  const config::Optimizer& config_;               // but for learning rate and weight decay
  std::vector<at::Tensor> parameters_;            // [R, ...], views of one flat tensor
  std::vector<std::vector<at::Tensor>> moments_;  // likewise
  at::Tensor steps_;                              // of the updates, float32 as in torch.optim
};

}  // namespace descent::engine
