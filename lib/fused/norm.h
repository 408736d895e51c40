#pragma once
// The norm of one hidden layer, over rows [B, channels] or maps [B * positions, channels], padded.
//
// Batch norm (Ioffe & Szegedy 2015, algorithms 1 and 2) over the whole batch or as data-parallel devices compute it:
// separately over each of several equal groups of consecutive examples (torch.nn.BatchNorm1d with
// DistributedDataParallel; ghost batch norm, Hoffer et al. 2017), or synchronized (torch.nn.SyncBatchNorm).
//
// Norms within one example, over all positions of a map: group norm (Wu & He 2018; torch.nn.GroupNorm); layer norm,
// with a single group; RMS norm, with a single group and without centering. gamma and beta are per channel.

#include <cstdint>
#include <optional>
#include <string>

#include "fused/buffer.h"
#include "fused/network.h"

namespace descent::fused {

template <class T> class Norm {
 public:
  Norm() = default;
  // `name`: of the layer in the layout ("norm0"). Without `positions` the norm is over rows.
  Norm(const config::Norm& norm, const Layout& layout, const std::string& name, std::int64_t channels,
       std::optional<std::int64_t> positions, std::int64_t max_rows);

  // x -> y. In training, batch norm normalizes with batch statistics and updates the running statistics from the whole
  // batch or, if groups are not synchronized, from the first group, like DistributedDataParallel (rank 0).
  void forward(const T* x, const Context<T>& context, T* y);

  // After forward() of x in training: turns dy into the gradient of x and writes those of gamma and beta.
  void backward(const T* x, std::int64_t rows, const T* parameters, T* dy, T* gradient);

  // For batch norm, the statistics of the last training pass: those of group g at g * stride.
  const T* mean() const { return mean_.data(); }
  const T* variance() const { return variance_.data(); }
  // For batch norm, the number of groups with separate statistics.
  std::int64_t batch_groups() const { return norm_.synchronized ? 1 : norm_.statistics_groups; }

 private:
  void forward_batch(std::int64_t rows, const T* x, const Context<T>& context, T* y);
  void backward_batch(std::int64_t rows, const T* x, const T* gamma, T* dy, T* dgamma, T* dbeta);
  void forward_groups(std::int64_t examples, const T* x, const T* gamma, const T* beta, T* y);
  void backward_groups(std::int64_t examples, const T* x, const T* gamma, T* dy, T* dgamma, T* dbeta);

  const Kernels<T>* kernels_ = &kernels<T>();
  config::Norm norm_;
  bool centered_ = true, by_rows_ = false;  // by_rows_: each row is one group
  T epsilon_ = 0;
  std::int64_t channels_ = 0, positions_ = 1, stride_ = 0, group_size_ = 0;  // group_size_: in channels
  std::int64_t gamma_ = absent, beta_ = absent, running_mean_ = absent, running_variance_ = absent;
  // For batch norm [groups, stride]; for norms within an example [B, stride], by rows [B].
  Buffer<T> mean_, variance_, rstd_;
  Buffer<T> group_means_, group_variances_;             // [groups, stride], before they are merged
  Buffer<T> group_gradient_;                            // for gamma and beta, from one group
  Buffer<T> sums_, products_, factor_, slope_, shift_;  // [stride], of one example
};

}  // namespace descent::fused
