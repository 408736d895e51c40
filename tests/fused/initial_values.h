#pragma once
// Values for the tensors of a network of the tests.

#include <cmath>
#include <cstdint>

#include "core/random.h"
#include "fused/layout.h"

namespace descent::fused {

// Weights from N(0, 1/fan_in), biases 0; norms and running statistics as before any training. The buffers are zero.
inline void draw_initial_values(const Layout& layout, std::uint64_t seed, double* parameters, double* statistics) {
  core::Random random(seed);
  for (const TensorSlot& tensor : layout.tensors) {
    double* values = (tensor.is_statistic() ? statistics : parameters) + tensor.offset;
    for (std::int64_t r = 0; r < tensor.rows; ++r)
      for (std::int64_t c = 0; c < tensor.columns; ++c) {
        double& value = values[r * tensor.stride + c];
        switch (tensor.role) {
          case TensorRole::weight:
          case TensorRole::random_weight:
            value = tensor.initial_scale * random.normal() / std::sqrt(tensor.fan_in);
            break;
          case TensorRole::random_bias: value = tensor.initial_scale * 0.1 * random.normal(); break;
          case TensorRole::gamma: value = tensor.initial_scale; break;
          case TensorRole::running_variance: value = 1; break;
          case TensorRole::bias:
          case TensorRole::beta:
          case TensorRole::running_mean: break;
        }
      }
  }
}

}  // namespace descent::fused
