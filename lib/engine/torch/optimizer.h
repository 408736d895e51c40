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

  // Consecutive replicas that one update serves.
  struct Group {
    std::int64_t first, count;
    double learning_rate, weight_decay;  // the same for all
  };
  std::vector<Group> groups(std::int64_t step) const;  // of 0-based `step`

  // One update with the gradients of the parameters, which it takes away. `updates`: how many there are with this one,
  // [] float32. The learning rates are read from the device where `learning_rates`, [R] float32, is defined.
  void step(const std::vector<Group>& groups, const at::Tensor& updates, const at::Tensor& learning_rates);

  // [R, ...] as the parameters, one after the other.
  std::vector<at::Tensor> moments() const;

 private:
  // Parameters, gradients and moments that one update sees.
  struct Tensors {
    std::vector<at::Tensor> parameters, gradients;
    std::vector<std::vector<at::Tensor>> moments;
  };
  Tensors selected(const Group& group, bool weights, bool others) const;
  template <class Rate>
  void update(const Tensors& tensors, const Rate& learning_rate, double weight_decay, const at::Tensor& updates);

  const std::vector<const Replica*> replicas_;
  const config::Optimizer& config_;               // but for learning rate and weight decay
  std::vector<at::Tensor> parameters_;            // [R, ...], views of one flat tensor
  std::vector<std::vector<at::Tensor>> moments_;  // likewise
};

}  // namespace descent::engine
