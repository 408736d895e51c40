#pragma once
// Batch norm of one layer (Ioffe & Szegedy 2015, algorithms 1 and 2), over the whole batch or as devices in parallel
// compute it: each of K equal groups of successive examples with its own statistics (torch.nn.BatchNorm1d under
// DistributedDataParallel; ghost batch norm, Hoffer et al. 2017), or with statistics that the groups share
// (torch.nn.SyncBatchNorm).

#include <cstdint>

#include "config/experiment.h"
#include "fused/buffer.h"
#include "fused/kernels/kernels.h"

namespace descent::fused {

// gamma, beta [stride] and their gradients; null without them.
template <class T>
struct Affine {
  T *gamma, *beta;
};

template <class T>
class BatchNorm {
 public:
  BatchNorm() = default;
  BatchNorm(const config::Norm& norm, std::int64_t stride);

  // Training mode, x [B, stride] -> y. The running statistics [stride] move towards those of the whole batch; where
  // groups are not synchronized, towards those of the first: DistributedDataParallel broadcasts the buffers of rank 0.
  void train(std::int64_t rows, const T* x, const Affine<const T>& affine, T* running_mean, T* running_variance, T* y);

  // Evaluation mode: with the given statistics, or with those of x where they are null.
  void predict(std::int64_t rows, const T* x, const Affine<const T>& affine, const T* running_mean,
               const T* running_variance, T* y);

  // After train() of x: dx from dy (in place: dx may be dy), and the gradients of gamma and beta.
  void backward(std::int64_t rows, const T* x, const T* gamma, const T* dy, T* dx, const Affine<T>& gradient);

  // What the last pass normalized with: mean of group g at g * stride.
  const T* mean() const { return mean_.data(); }
  const T* variance() const { return variance_.data(); }
  // Groups with statistics of their own.
  std::int64_t groups() const { return norm_.synchronized ? 1 : norm_.statistics_groups; }

 private:
  const Kernels<T>* kernels_ = nullptr;
  config::Norm norm_;
  std::int64_t stride_ = 0;
  Buffer<T> mean_, variance_, rstd_;        // [groups, stride]
  Buffer<T> group_means_, group_variances_;       // [K, stride], before the groups share them
  Buffer<T> group_gradient_;                      // gamma and beta of one group
};

}  // namespace descent::fused
