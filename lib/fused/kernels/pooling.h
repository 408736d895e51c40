#pragma once
// The largest value under a kernel, as torch.nn.MaxPool2d: the first of equal ones; NaN propagates.

#include "fused/kernels/vector.h"

namespace descent::fused::DESCENT_CPU {

// Calls visit(output, tap, pixel) for the taps inside the map x [examples, height, width] of each position of the output.
template <class Visit>
inline void for_each_tap(const PatchShape& s, std::int64_t examples, const Visit& visit) {
  for (std::int64_t output = 0; output < examples * s.out_height * s.out_width; ++output) {
    const std::int64_t top = output / s.out_width % s.out_height * s.stride_height - s.padding_height;
    const std::int64_t left = output % s.out_width * s.stride_width - s.padding_width;
    const std::int64_t example = output / (s.out_width * s.out_height);
    for (std::int64_t y = top < 0 ? -top : 0; y < s.kernel_height && top + y < s.height; ++y)
      for (std::int64_t x = left < 0 ? -left : 0; x < s.kernel_width && left + x < s.width; ++x)
        visit(output, y * s.kernel_width + x, (example * s.height + top + y) * s.width + left + x);
  }
}

template <class T>
void max_pool(const PatchShape& s, std::int64_t examples, const T* x, T* y, T* argmax) {
  const std::int64_t stride = padded<T>(s.channels);
  std::int64_t last = -1;
  for_each_tap(s, examples, [&](std::int64_t output, std::int64_t tap, std::int64_t pixel) {
    const bool first = output != last;
    last = output;
    for (std::int64_t c = 0; c < stride; c += lanes<T>) {
      T* const best = y + output * stride + c;
      T* const tap_of_best = argmax + output * stride + c;
      const Vec<T> value = load(x + pixel * stride + c), number(static_cast<T>(tap));
      if (first) {
        value.store(best);
        number.store(tap_of_best);
        continue;
      }
      const Vec<T> wins = (value > load(best)) | (value != value);
      Vec<T>::blendv(load(best), value, wins).store(best);
      Vec<T>::blendv(load(tap_of_best), number, wins).store(tap_of_best);
    }
  });
}

template <class T>
void max_pool_backward(const PatchShape& s, std::int64_t examples, const T* dy, const T* argmax, T* dx) {
  const std::int64_t stride = padded<T>(s.channels);
  const Vec<T> zero(T(0));
  for_each_tap(s, examples, [&](std::int64_t output, std::int64_t tap, std::int64_t pixel) {
    const Vec<T> number(static_cast<T>(tap));
    for (std::int64_t c = 0; c < stride; c += lanes<T>) {
      const Vec<T> won = load(argmax + output * stride + c) == number;
      T* const target = dx + pixel * stride + c;
      (load(target) + Vec<T>::blendv(zero, load(dy + output * stride + c), won)).store(target);
    }
  });
}

}  // namespace descent::fused::DESCENT_CPU
