#pragma once
// The inputs of a training step that change from step to step, on the device. They are drawn on the host, for many
// steps at once, from the seeds of the replicas.

#include <ATen/core/Tensor.h>

#include <array>
#include <vector>

#include "engine/augment.h"
#include "engine/batch_order.h"
#include "engine/engine.h"
#include "engine/torch/examples.h"

namespace descent::engine {

// The inputs of one step.
struct StepInputs {
  at::Tensor indices;         // [R, B] int64: examples of the batch
  at::Tensor transforms;      // [3, R, B] int64: right, down, flipped; undefined without augmentation
  at::Tensor uniforms;        // [blocks, R] float64: for stochastic depth, otherwise undefined
  at::Tensor learning_rates;  // [R] float32; undefined if the optimizer takes them from the host
  at::Tensor updates;         // [] float32: the number of updates including this one, as in torch.optim

  // The examples of the batch, augmented. `shape`: of one example.
  Batch batch(const Examples& examples, const config::Shape& shape) const;

  StepInputs clone() const;
  void copy_(const StepInputs& other);  // sizes must be equal

 private:
  std::array<at::Tensor*, 5> all() { return {&indices, &transforms, &uniforms, &learning_rates, &updates}; }
};

class PreparedSteps {
 public:
  // `blocks`: number of residual blocks of the networks.
  PreparedSteps(std::vector<const Replica*> replicas, std::int64_t blocks, at::Device device, bool with_learning_rates);

  // Draws the inputs of steps [begin, end) and copies them to the device.
  void prepare(std::int64_t begin, std::int64_t end);

  // The inputs of a prepared step: views that are valid until the next prepare().
  StepInputs inputs(std::int64_t step) const;

 private:
  void prepare_batches(std::int64_t begin, std::int64_t end);
  at::Tensor uniforms(std::int64_t begin, std::int64_t end) const;
  at::Tensor learning_rates(std::int64_t begin, std::int64_t end) const;
  at::Tensor on_device(const at::Tensor& drawn) const { return drawn.to(device_, /*non_blocking=*/true); }

  const std::vector<const Replica*> replicas_;
  const std::int64_t blocks_;  // 0 without stochastic depth
  const at::Device device_;
  const bool with_learning_rates_;
  std::vector<BatchOrder> orders_;  // by replica
  std::vector<Augmenter> augmenters_;
  std::int64_t begin_ = 0;
  std::vector<std::int64_t> first_;  // column of all_.indices where each step begins, and the end
  StepInputs all_;                   // of all prepared steps: examples concatenated, everything else [steps, ...]
};

}  // namespace descent::engine
