#pragma once
// What one of several ranks does otherwise in a training step: it computes its part of the batch, and the gradients are
// summed over the ranks. Without ranks everything stays as it is.

#include <memory>
#include <vector>

#include "engine/ranks.h"
#include "engine/torch/examples.h"
#include "models/network.h"

namespace descent::engine {

class DataParallel {
 public:
  // Lets the synchronized norms of the network share their sums.
  DataParallel(std::shared_ptr<Ranks> ranks, models::Network& network);

  // Rows [first, first + count) of a batch of `total`, the ranks one after the other.
  struct Rows {
    std::int64_t first, count;
  };
  Rows rows(std::int64_t total) const;
  Batch part(const Batch& batch) const;

  // After the backward passes of the means over the parts: makes gradients and losses [R] those of the whole batch, the
  // same bits on every rank, in one all_reduce. The running statistics become those of rank 0, where it sees a first
  // group of the batch.
  at::Tensor reduce(const at::Tensor& losses);

 private:
  const std::shared_ptr<Ranks> ranks_;
  models::Network& network_;
  std::vector<at::Tensor> running_;  // statistics that differ between the ranks
};

}  // namespace descent::engine
