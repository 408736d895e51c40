#pragma once
// SGD, Adam and AdamW for R replicas with LibTorch's fused optimizers, on any device.

#include <ATen/core/Tensor.h>

#include <vector>

#include "engine/engine.h"
#include "models/network.h"

namespace descent::engine {

class Optimizer {
 public:
  // Moves the parameters of `network` into one flat tensor; each moment is a flat tensor of the same size. Replicas may
  // differ in learning rate and weight decay.
  Optimizer(std::vector<const Replica*> replicas, models::Network& network);

  // Consecutive replicas with the same learning rate and weight decay, which are updated together.
  struct Group {
    std::int64_t first, count;
    double learning_rate, weight_decay;
  };
  std::vector<Group> groups(std::int64_t step) const;  // 0-based `step`

  // Updates the parameters and clears their gradients. `updates`, [] float32: the number of updates including this one.
  // If `learning_rates`, [R] float32, is defined, it replaces the learning rates of the groups.
  void step(const std::vector<Group>& groups, const at::Tensor& updates, const at::Tensor& learning_rates);

  // [R, ...], in the order of the parameters for each moment.
  std::vector<at::Tensor> moments() const;

 private:
  // Parameters, gradients and moments of one update.
  struct Tensors {
    std::vector<at::Tensor> parameters, gradients;
    std::vector<std::vector<at::Tensor>> moments;
  };
  Tensors selected(const Group& group, bool weights, bool others) const;
  template <class Rate>
  void update(const Tensors& tensors, const Rate& learning_rate, double weight_decay, const at::Tensor& updates);

  const std::vector<const Replica*> replicas_;
  const config::Optimizer& config_;               // except learning rate and weight decay
  std::vector<at::Tensor> parameters_;            // [R, ...], views of one flat tensor
  std::vector<std::vector<at::Tensor>> moments_;  // likewise
};

}  // namespace descent::engine
