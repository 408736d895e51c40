#pragma once
// The examples of each training step: a new permutation every epoch, from the stream `order` of the run's seed.

#include <cstdint>
#include <span>
#include <vector>

#include "config/experiment.h"

namespace descent::engine {

class BatchOrder {
 public:
  BatchOrder(const config::Train& train, std::int64_t train_size, std::int64_t seed);

  // Indices of the examples of 0-based `step`; the last batch of an epoch may be smaller. A batch of all examples is
  // not permuted. Valid until the next call for another epoch.
  std::span<const std::int32_t> batch(std::int64_t step);

 private:
  const std::int64_t size_, batch_size_, steps_per_epoch_;
  const std::uint64_t seed_;
  std::vector<std::int32_t> order_;  // the permutation of epoch_
  std::int64_t epoch_ = -1;
};

}  // namespace descent::engine
