#pragma once
// The norm of one hidden layer, over rows [B, channels] or maps [B * positions, channels], padded.
//
// Batch norm (Ioffe & Szegedy 2015, algorithms 1 and 2) over the whole batch or as data-parallel devices compute it:
// each of K equal groups of successive examples with its own statistics (torch.nn.BatchNorm1d under
// DistributedDataParallel; ghost batch norm, Hoffer et al. 2017), or synchronized (torch.nn.SyncBatchNorm).
//
// Norms within one example, over all positions of a map: group norm (Wu & He 2018; torch.nn.GroupNorm); layer norm,
// with a single group; RMS norm, with a single group and without centering. gamma and beta belong to the channels.

#include <cstdint>
#include <optional>
#include <string>

#include "fused/buffer.h"
#include "fused/network.h"

namespace descent::fused {

template <class T> class Norm {
 public:
  Norm() = default;
  // Of the layer `name` ("norm0"), whose tensors are among those of the network; without `positions` over rows.
  Norm(const config::Norm& norm, const Layout& layout, const std::string& name, std::int64_t channels,
       std::optional<std::int64_t> positions, std::int64_t max_rows);

  // x -> y. In training batch norm normalizes with the statistics of the batch, and the running ones move towards those
  // of the whole batch; where groups are not synchronized, towards those of the first: DistributedDataParallel
  // broadcasts the buffers of rank 0.
  void forward(const T* x, const Context<T>& context, T* y);

  // After forward() of x in training: the gradient of y becomes that of x; those of gamma and beta are written.
  void backward(const T* x, std::int64_t rows, const T* parameters, T* dy, T* gradient);

  // Of batch norm, the statistics of the last training pass: those of group g at g * stride.
  const T* mean() const { return mean_.data(); }
  const T* variance() const { return variance_.data(); }
  // Groups of batch norm with statistics of their own.
  std::int64_t batch_groups() const { return norm_.synchronized ? 1 : norm_.statistics_groups; }

 private:
  void forward_batch(std::int64_t rows, const T* x, const Context<T>& context, T* y);
  void backward_batch(std::int64_t rows, const T* x, const T* gamma, T* dy, T* dgamma, T* dbeta);
  void forward_groups(std::int64_t examples, const T* x, const T* gamma, const T* beta, T* y);
  void backward_groups(std::int64_t examples, const T* x, const T* gamma, T* dy, T* dgamma, T* dbeta);

  const Kernels<T>* kernels_ = &kernels<T>();
  config::Norm norm_;
  bool centered_ = true, by_rows_ = false;  // by_rows: each row is one group
  T epsilon_ = 0;
  std::int64_t channels_ = 0, positions_ = 1, stride_ = 0, group_size_ = 0;  // channels of a group
  std::int64_t gamma_ = absent, beta_ = absent, running_mean_ = absent, running_variance_ = absent;
  // Of batch norm [groups, stride]; of the norms within an example [B, stride], by rows [B].
  Buffer<T> mean_, variance_, rstd_;
  Buffer<T> group_means_, group_variances_;             // [K, stride], before they are merged
  Buffer<T> group_gradient_;                            // gamma and beta of one group
  Buffer<T> sums_, products_, factor_, slope_, shift_;  // [stride], of one example
};

}  // namespace descent::fused
