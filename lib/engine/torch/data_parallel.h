#pragma once
// Data parallelism in a training step: each rank computes its part of the batch, and gradients are averaged over the
// ranks. Without ranks these functions do nothing.

#include <memory>
#include <vector>

#include "engine/ranks.h"
#include "engine/torch/examples.h"
#include "models/network.h"

namespace descent::engine {

class DataParallel {
 public:
  // Makes the synchronized norms of the network sum over the ranks.
  DataParallel(std::shared_ptr<Ranks> ranks, models::Network& network);

  // The rows [first, first + count) of this rank in a batch of `total` rows.
  struct Rows {
    std::int64_t first, count;
  };
  Rows rows(std::int64_t total) const;
  Batch part(const Batch& batch) const;

  // After the backward pass of each rank's mean loss: turns gradients and losses [R] into those of the whole batch,
  // with the same bits on every rank, in one all_reduce. Unsynchronized running statistics become those of rank 0.
  at::Tensor reduce(const at::Tensor& losses);

 private:
  const std::shared_ptr<Ranks> ranks_;
  models::Network& network_;
  std::vector<at::Tensor> running_;  // statistics that differ between the ranks
};

}  // namespace descent::engine
