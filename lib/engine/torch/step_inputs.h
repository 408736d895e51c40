#pragma once
// What a training step reads that changes from step to step, on the device: drawn on the host for many steps at once,
// in the order and with the augmentation of the replicas' seeds.

#include <ATen/core/Tensor.h>

#include <array>
#include <vector>

#include "engine/augment.h"
#include "engine/batch_order.h"
#include "engine/engine.h"

namespace descent::engine {

// Of one step.
struct StepInputs {
  at::Tensor indices;         // of the examples of the batch: [R, B] int64
  at::Tensor variants;        // of their augmentation, right, down, mirrored: [3, R, B] int64; undefined without
  at::Tensor uniforms;        // of stochastic depth: [blocks, R] float64; undefined without
  at::Tensor learning_rates;  // [R] float32; undefined where the host states them
  at::Tensor updates;         // of the parameters, this one included: [] float32 as in torch.optim

  StepInputs clone() const;
  void copy_(const StepInputs& other);  // of another step with equal sizes

 private:
  std::array<at::Tensor*, 5> all() { return {&indices, &variants, &uniforms, &learning_rates, &updates}; }
};

class PreparedSteps {
 public:
  // Networks with `blocks` residual blocks.
  PreparedSteps(std::vector<const Replica*> replicas, std::int64_t blocks, at::Device device, bool with_learning_rates);

  // Draws what steps [begin, end) need, and copies it to the device before the first step.
  void prepare(std::int64_t begin, std::int64_t end);

  // Of a prepared step: views of tensors that the next prepare() replaces.
  StepInputs inputs(std::int64_t step) const;

 private:
  void prepare_batches(std::int64_t begin, std::int64_t end);
  at::Tensor uniforms(std::int64_t begin, std::int64_t end) const;
  at::Tensor learning_rates(std::int64_t begin, std::int64_t end) const;
  at::Tensor on_device(const at::Tensor& drawn) const { return drawn.to(device_, /*non_blocking=*/true); }

  const std::vector<const Replica*> replicas_;
  const std::int64_t blocks_;  // that stochastic depth may skip
  const at::Device device_;
  const bool with_learning_rates_;
  std::vector<BatchOrder> orders_;  // by replica
  std::vector<Augmenter> augmenters_;
  std::int64_t begin_ = 0;
  std::vector<std::int64_t> first_;  // column of `all_.indices` of each prepared step, and the end
  StepInputs all_;  // of all prepared steps: the examples one after the other, anything else [steps, ...]
};

}  // namespace descent::engine
