#pragma once
// Norms within an example, over all positions of a map: group norm (Wu & He 2018; torch.nn.GroupNorm), layer norm, which
// is one group, and RMS norm, which is one group that is not centred. gamma and beta belong to the channels.

#include <cstdint>
#include <optional>

#include "config/experiment.h"
#include "fused/batch_norm.h"
#include "fused/buffer.h"
#include "fused/kernels/kernels.h"

namespace descent::fused {

template <class T>
class GroupNorm {
 public:
  GroupNorm() = default;
  // Over maps [B * positions, channels] padded or, without `positions`, over rows [B, channels] padded.
  GroupNorm(const config::Norm& norm, std::int64_t channels, std::optional<std::int64_t> positions,
            std::int64_t max_examples);

  // Training and evaluation alike.
  void forward(std::int64_t examples, const T* x, const Affine<const T>& affine, T* y);

  // After forward() of x; dx may be dy.
  void backward(std::int64_t examples, const T* x, const T* gamma, const T* dy, T* dx, const Affine<T>& gradient);

 private:
  const Kernels<T>* kernels_ = nullptr;
  bool centered_ = true, by_rows_ = false;  // by_rows: each is one group, as it lies in memory
  T epsilon_ = 0;
  std::int64_t channels_ = 0, positions_ = 0, stride_ = 0, groups_ = 1;
  Buffer<T> mean_, rstd_;                             // [B, stride]; by rows [B]
  Buffer<T> sums_, products_, factor_, slope_, shift_;      // [stride], of one example
};

}  // namespace descent::fused
