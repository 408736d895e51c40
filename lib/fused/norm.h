#pragma once
// The norm of one layer, of whichever kind, and where its tensors lie among those of the network.

#include <cstdint>
#include <optional>
#include <string>

#include "fused/batch_norm.h"
#include "fused/group_norm.h"
#include "fused/network.h"

namespace descent::fused {

template <class T>
class Norm {
 public:
  Norm() = default;
  // Of the layer `name` ("norm0"), over rows [B, channels] or, with `positions`, over maps [B * positions, channels].
  Norm(const config::Norm& norm, const Layout& layout, const std::string& name, std::int64_t channels,
       std::optional<std::int64_t> positions, std::int64_t max_rows);

  // x -> y, padded alike. In training batch norm uses the statistics of the batch and moves the running ones.
  void forward(const T* x, const Context<T>& context, T* y);

  // After forward() of x in training: the gradient of y becomes that of x; those of gamma and beta are written.
  void backward(const T* x, std::int64_t rows, const T* parameters, T* dy, T* gradient);

 private:
  config::Norm norm_;
  std::int64_t positions_ = 1;
  std::int64_t gamma_ = absent, beta_ = absent, running_mean_ = absent, running_variance_ = absent;
  BatchNorm<T> batch_;
  GroupNorm<T> within_;  // an example
};

}  // namespace descent::fused
