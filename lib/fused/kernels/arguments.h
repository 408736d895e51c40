#pragma once
// The arguments of the kernels. Matrices are row-major and aligned to 64 bytes, with rows padded with zeros to
// multiples of 64 bytes (stride = padded<T>(columns)). Shape letters: fused/shapes.h.

#include <cstdint>

namespace descent::fused {

// The number of elements of a row of `columns` elements after padding.
template <class T> constexpr std::int64_t padded(std::int64_t columns) {
  constexpr std::int64_t lanes = 64 / sizeof(T);
  return (columns + lanes - 1) / lanes * lanes;
}

struct SgdStep {
  double lr, momentum, weight_decay;
  bool nesterov, first;  // first: initialize the momentum buffer with the gradient, like PyTorch
};
struct AdamStep {
  double lr, beta1, beta2, eps, weight_decay;
  bool decoupled;     // AdamW
  std::int64_t step;  // 1-based
};

// A convolution over maps [B, height, width, channels] with padded channels. A patch is a row [kernel height, kernel
// width, channels], one per output pixel, with padding only at its end.
struct PatchShape {
  std::int64_t height, width, channels;
  std::int64_t out_height, out_width;
  std::int64_t kernel_height, kernel_width, stride_height, stride_width, padding_height, padding_width;
};

// Determines the random numbers that a dropout layer draws in one step.
struct DropoutDraw {
  std::uint64_t seed, step;
  std::uint32_t layer;
};

struct LossSum {
  double loss = 0;          // summed over examples
  std::int64_t errors = 0;  // examples whose argmax, the first of equal maxima, is not the label
};

// c[m, n] = a[m, k] b[k, n] + bias[n]; bias may be null. a is read at a[i * a_row + p * a_column].
template <class T> struct Product {
  std::int64_t m, n, k;
  const T* a;
  std::int64_t a_row, a_column;
  const T* b;
  std::int64_t b_stride;
  const T* bias;
  T* c;
  std::int64_t c_stride;
};

}  // namespace descent::fused
