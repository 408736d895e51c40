#pragma once
// Gathering patches of maps as the rows of a matrix, and scattering them back.

#include "fused/kernels/vector.h"

namespace descent::fused::DESCENT_CPU {

// Calls visit(row, tap, taps, pixel) for each run of adjacent taps, within one row of the kernel, of the patches
// [begin, begin + rows). `pixel` is the input pixel under the first tap, or -1 in the padding.
template <class Visit>
inline void for_each_run(const PatchShape& s, std::int64_t begin, std::int64_t rows, const Visit& visit) {
  std::int64_t column = begin % s.out_width, line = begin / s.out_width % s.out_height;
  std::int64_t example = begin / (s.out_width * s.out_height);
  for (std::int64_t r = 0; r < rows; ++r) {
    const std::int64_t top = line * s.stride_height - s.padding_height;
    const std::int64_t left = column * s.stride_width - s.padding_width, right = left + s.kernel_width;
    const std::int64_t before = left < 0 ? (right < 0 ? s.kernel_width : -left) : 0;
    const std::int64_t after = right > s.width ? (left > s.width ? s.kernel_width : right - s.width) : 0;
    for (std::int64_t y = 0; y < s.kernel_height; ++y) {
      const std::int64_t tap = y * s.kernel_width;
      if (top + y < 0 || top + y >= s.height) {
        visit(r, tap, s.kernel_width, -1);
        continue;
      }
      if (before > 0) visit(r, tap, before, -1);
      if (before + after < s.kernel_width)
        visit(r, tap + before, s.kernel_width - before - after,
              (example * s.height + top + y) * s.width + left + before);
      if (after > 0) visit(r, tap + s.kernel_width - after, after, -1);
    }
    if (++column < s.out_width) continue;
    column = 0;
    if (++line < s.out_height) continue;
    line = 0;
    ++example;
  }
}

// Copies whole vectors: what one tap writes beyond its channels is overwritten by the next tap.
template <class T>
void gather_patches(const PatchShape& s, std::int64_t begin, std::int64_t rows, const T* x, T* patches) {
  const std::int64_t depth = s.kernel_height * s.kernel_width * s.channels, stride = padded<T>(s.channels);
  const std::int64_t row_stride = padded<T>(depth);
  const bool dense = stride == s.channels;
  const Vec<T> zero(T(0));
  for_each_run(s, begin, rows, [&](std::int64_t r, std::int64_t tap, std::int64_t taps, std::int64_t pixel) {
    T* target = patches + r * row_stride + tap * s.channels;
    if (tap == 0)
      for (std::int64_t c = depth; c < row_stride; c += lanes<T>) zero.store(patches + r * row_stride + c);
    if (pixel < 0) {
      for (std::int64_t c = 0; c < taps * s.channels; c += lanes<T>) zero.store(target + c);
      return;
    }
    const T* source = x + pixel * stride;
    if (dense) {
      for (std::int64_t c = 0; c < taps * stride; c += lanes<T>) load(source + c).store(target + c);
      return;
    }
    for (std::int64_t i = 0; i < taps; ++i)
      for (std::int64_t c = 0; c < stride; c += lanes<T>)
        load(source + i * stride + c).store(target + i * s.channels + c);
  });
}

template <class T>
void scatter_patches(const PatchShape& s, std::int64_t begin, std::int64_t rows, const T* patches, T* x) {
  const std::int64_t stride = padded<T>(s.channels);
  const std::int64_t row_stride = padded<T>(s.kernel_height * s.kernel_width * s.channels);
  const std::int64_t whole = s.channels / lanes<T> * lanes<T>;
  const bool dense = stride == s.channels;
  alignas(64) T kept[lanes<T>];
  for (std::int64_t i = 0; i < lanes<T>; ++i) kept[i] = whole + i < s.channels ? T(1) : T(0);
  const Vec<T> zero(T(0)), mask = load(kept) > zero;
  const auto add = [](T* target, const T* source, std::int64_t count) {
    for (std::int64_t c = 0; c < count; c += lanes<T>) (load(target + c) + load(source + c)).store(target + c);
  };
  for_each_run(s, begin, rows, [&](std::int64_t r, std::int64_t tap, std::int64_t taps, std::int64_t pixel) {
    if (pixel < 0) return;
    const T* source = patches + r * row_stride + tap * s.channels;
    T* target = x + pixel * stride;
    if (dense) return add(target, source, taps * stride);
    for (std::int64_t i = 0; i < taps; ++i, source += s.channels, target += stride) {
      add(target, source, whole);
      if (whole < s.channels)
        (load(target + whole) + Vec<T>::blendv(zero, load(source + whole), mask)).store(target + whole);
    }
  });
}

}  // namespace descent::fused::DESCENT_CPU
