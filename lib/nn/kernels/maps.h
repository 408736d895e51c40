#pragma once
// Patches of maps as rows of a matrix, and what norms over maps need.

#include "nn/kernels/vector.h"

namespace descent::nn::DESCENT_CPU {

// Calls visit(row, patch, tap, place) for every tap of the patches [begin, begin + rows): `place` is the row of the
// input map under it, -1 in the padding.
template <class Visit>
inline void for_each_tap(const PatchShape& s, std::int64_t begin, std::int64_t rows, const Visit& visit) {
  std::int64_t column = begin % s.out_width, line = begin / s.out_width % s.out_height;
  std::int64_t example = begin / (s.out_width * s.out_height);
  for (std::int64_t r = 0; r < rows; ++r) {
    const std::int64_t top = line * s.stride_height - s.padding_height;
    const std::int64_t left = column * s.stride_width - s.padding_width;
    std::int64_t tap = 0;
    for (std::int64_t y = top; y < top + s.kernel_height; ++y)
      for (std::int64_t x = left; x < left + s.kernel_width; ++x, ++tap) {
        const bool inside = y >= 0 && y < s.height && x >= 0 && x < s.width;
        visit(r, tap, inside ? (example * s.height + y) * s.width + x : -1);
      }
    if (++column < s.out_width) continue;
    column = 0;
    if (++line < s.out_height) continue;
    line = 0;
    ++example;
  }
}

// Whole vectors are copied: what one tap writes beyond its channels, the next one overwrites, or the pad's zeros are.
template <class T>
void gather_patches(const PatchShape& s, std::int64_t begin, std::int64_t rows, const T* x, T* patches) {
  const std::int64_t taps = s.kernel_height * s.kernel_width, stride = padded<T>(s.channels);
  const std::int64_t row_stride = padded<T>(taps * s.channels);
  const Vec<T> zero(T(0));
  for_each_tap(s, begin, rows, [&](std::int64_t r, std::int64_t tap, std::int64_t place) {
    T* row = patches + r * row_stride;
    if (tap == 0)
      for (std::int64_t c = taps * s.channels; c < row_stride; c += lanes<T>) zero.store(row + c);
    T* target = row + tap * s.channels;
    if (place < 0)
      for (std::int64_t c = 0; c < stride; c += lanes<T>) zero.store(target + c);
    else
      for (std::int64_t c = 0; c < stride; c += lanes<T>) load(x + place * stride + c).store(target + c);
  });
}

template <class T>
void scatter_patches(const PatchShape& s, std::int64_t begin, std::int64_t rows, const T* patches, T* x) {
  const std::int64_t stride = padded<T>(s.channels);
  const std::int64_t row_stride = padded<T>(s.kernel_height * s.kernel_width * s.channels);
  const std::int64_t whole = s.channels / lanes<T> * lanes<T>;
  alignas(64) T kept[lanes<T>];
  for (std::int64_t i = 0; i < lanes<T>; ++i) kept[i] = whole + i < s.channels ? T(1) : T(0);
  const Vec<T> zero(T(0)), mask = load(kept) > zero;
  for_each_tap(s, begin, rows, [&](std::int64_t r, std::int64_t tap, std::int64_t place) {
    if (place < 0) return;
    const T* source = patches + r * row_stride + tap * s.channels;
    T* target = x + place * stride;
    std::int64_t c = 0;
    for (; c < whole; c += lanes<T>) (load(target + c) + load(source + c)).store(target + c);
    if (c < s.channels) (load(target + c) + Vec<T>::blendv(zero, load(source + c), mask)).store(target + c);
  });
}

template <class T>
void column_products(std::int64_t rows, std::int64_t stride, const T* x, const T* mean, const T* scale, const T* dy,
                     T* sums) {
  for (std::int64_t c = 0; c < stride; c += lanes<T>) {
    const Vec<T> m = load(mean + c);
    Vec<T> sum(T(0));
    for (std::int64_t r = 0; r < rows; ++r)
      sum = fma(load(x + r * stride + c) - m, load(dy + r * stride + c), sum);
    (sum * load(scale + c)).store(sums + c);
  }
}

template <class T>
void combine_columns(std::int64_t rows, std::int64_t stride, const T* x, const T* mean, const T* slope, const T* factor,
                     const T* shift, const T* dy, T* dx) {
  for (std::int64_t c = 0; c < stride; c += lanes<T>) {
    const Vec<T> m = load(mean + c), b = load(slope + c), a = load(factor + c), d = load(shift + c);
    for (std::int64_t r = 0; r < rows; ++r) {
      const Vec<T> centred = load(x + r * stride + c) - m;
      fma(a, load(dy + r * stride + c), fma(b, centred, d)).store(dx + r * stride + c);
    }
  }
}

}  // namespace descent::nn::DESCENT_CPU
