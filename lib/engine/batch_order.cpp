#include "engine/batch_order.h"

#include <algorithm>
#include <numeric>

#include "core/random.h"
#include "core/seeds.h"

namespace descent::engine {

BatchOrder::BatchOrder(const config::Train& train, std::int64_t train_size, std::int64_t seed)
    : size_(train_size), batch_size_(config::batch_size(train, train_size)),
      steps_per_epoch_(config::steps_per_epoch(train, train_size)),
      seed_(core::derive_seed(seed, core::Purpose::order)) {}

std::span<const std::int32_t> BatchOrder::batch(std::int64_t step) {
  const std::int64_t epoch = step / steps_per_epoch_;
  if (epoch != epoch_) {
    epoch_ = epoch;
    if (batch_size_ < size_) {
      core::Random random(seed_, static_cast<std::uint64_t>(epoch));
      core::permute(random, size_, order_);
    } else if (order_.empty()) {
      order_.resize(static_cast<std::size_t>(size_));
      std::iota(order_.begin(), order_.end(), 0);
    }
  }
  const std::int64_t start = step % steps_per_epoch_ * batch_size_;
  return std::span(order_).subspan(static_cast<std::size_t>(start),
                                   static_cast<std::size_t>(std::min(batch_size_, size_ - start)));
}

}  // namespace descent::engine
