#pragma once
// The training batches of R replicas, in the order and with the augmentation of their seeds.

#include <vector>

#include "engine/augment.h"
#include "engine/batch_order.h"
#include "engine/torch/examples.h"

namespace descent::engine {

class Batches {
 public:
  // `examples` must outlive this.
  Batches(const std::vector<const Replica*>& replicas, const Examples& examples, at::Device device);

  // Draws what the batches of steps [begin, end) need, and copies it to the device before the first step.
  void prepare(std::int64_t begin, std::int64_t end);

  // Of a prepared step.
  Batch get(std::int64_t step) const;

 private:
  at::Tensor augmented(const at::Tensor& x, const at::Tensor& variants) const;

  const Examples& examples_;
  const at::Device device_;
  const config::Shape shape_;
  const config::Augmentation augmentation_;
  std::vector<BatchOrder> orders_;  // by replica
  std::vector<Augmenter> augmenters_;
  std::int64_t begin_ = 0;
  std::vector<std::int64_t> first_;  // column of `indices_` of each prepared step, and the end
  at::Tensor indices_;               // [R, examples of all steps]
  at::Tensor variants_;              // [3, R, examples of all steps]: right, down, mirrored
};

}  // namespace descent::engine
