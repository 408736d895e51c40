#pragma once
// The vector type of the instruction set that this file is compiled for. Only the kernels include it, once per
// instruction set. Inline functions shared with other files, such as those of containers, must not be used here.

#include <ATen/cpu/vec/vec.h>

#include <cstdint>

#include "fused/kernels/arguments.h"

namespace descent::fused::DESCENT_CPU {

template <class T> using Vec = at::vec::Vectorized<T>;

template <class T> inline constexpr std::int64_t lanes = Vec<T>::size();

template <class T> inline Vec<T> load(const T* p) { return Vec<T>::loadu(p); }

template <class T> inline Vec<T> fma(const Vec<T>& a, const Vec<T>& b, const Vec<T>& c) {
  return at::vec::fmadd(a, b, c);
}

// Sum of the lanes, by pairwise halving.
template <class T> inline T sum_lanes(const Vec<T>& v) {
  alignas(64) T sums[lanes<T>];
  v.store(sums);
#pragma GCC unroll 8
  for (std::int64_t width = lanes<T> / 2; width > 0; width /= 2)
    for (std::int64_t i = 0; i < width; ++i) sums[i] += sums[i + width];
  return sums[0];
}

}  // namespace descent::fused::DESCENT_CPU
