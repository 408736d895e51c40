#pragma once
// Random values for the tensors of a test network.

#include <cmath>
#include <cstdint>

#include "core/random.h"
#include "fused/layout.h"

namespace descent::fused {

// Weights from N(0, 1/rows), biases 0; norms and running statistics as before training. The buffers must be zero.
inline void draw_initial_values(const Layout& layout, std::uint64_t seed, double* parameters, double* statistics) {
  core::Random random(seed);
  for (const TensorSlot& tensor : layout.tensors) {
    double* values = (tensor.is_statistic() ? statistics : parameters) + tensor.offset;
    for (std::int64_t r = 0; r < tensor.rows; ++r)
      for (std::int64_t c = 0; c < tensor.columns; ++c) {
        double& value = values[r * tensor.stride + c];
        switch (tensor.role) {
          case TensorRole::weight:
          case TensorRole::random_weight: value = random.normal() / std::sqrt(static_cast<double>(tensor.rows)); break;
          case TensorRole::random_bias: value = 0.1 * random.normal(); break;
          case TensorRole::gamma:
          case TensorRole::running_variance: value = 1; break;
          case TensorRole::bias:
          case TensorRole::beta:
          case TensorRole::running_mean: break;
        }
      }
  }
}

}  // namespace descent::fused
