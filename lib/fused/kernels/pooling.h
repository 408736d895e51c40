#pragma once
// Max pooling like torch.nn.MaxPool2d: the first of equal values; NaN propagates.

#include "fused/kernels/maps.h"

namespace descent::fused::DESCENT_CPU {

// Calls visit(output, tap, pixel) for each output position and each of its taps inside the map.
template <class Visit> inline void for_each_tap(const PatchShape& s, std::int64_t examples, const Visit& visit) {
  const std::int64_t outputs = examples * s.out_height * s.out_width;
  for_each_run(s, 0, outputs, [&](std::int64_t output, std::int64_t tap, std::int64_t taps, std::int64_t pixel) {
    for (std::int64_t i = 0; pixel >= 0 && i < taps; ++i) visit(output, tap + i, pixel + i);
  });
}

template <class T> void max_pool(const PatchShape& s, std::int64_t examples, const T* x, T* y, T* argmax) {
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
