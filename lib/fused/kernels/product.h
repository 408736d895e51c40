#pragma once
// Storing and transposing, for dense and sparse products.

#include "fused/kernels/vector.h"

namespace descent::fused::DESCENT_CPU {

// The function applied to the elements of c when they are stored.
enum class Store { unchanged, relu };

template <Store store, class T> inline void put(const Vec<T>& v, T* c) {
  if constexpr (store == Store::relu) at::vec::clamp_min(v, Vec<T>(T(0))).store(c);
  else v.store(c);
}

#if defined(CPU_CAPABILITY_AVX512)
// Transposes 16x16. Loading four lanes at a time from rows four apart halves the number of shuffles.
inline __attribute__((always_inline)) void transpose_lines(const float* in, std::int64_t in_stride, float* out,
                                                           std::int64_t out_stride) {
#pragma GCC unroll 4
  for (int quarter = 0; quarter < 4; ++quarter, in += 4, out += 4 * out_stride) {
    __m512 line[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      const float* row = in + i * in_stride;
      line[i] = _mm512_castps128_ps512(_mm_loadu_ps(row));
      line[i] = _mm512_insertf32x4(line[i], _mm_loadu_ps(row + 4 * in_stride), 1);
      line[i] = _mm512_insertf32x4(line[i], _mm_loadu_ps(row + 8 * in_stride), 2);
      line[i] = _mm512_insertf32x4(line[i], _mm_loadu_ps(row + 12 * in_stride), 3);
    }
    const __m512d low01 = _mm512_castps_pd(_mm512_unpacklo_ps(line[0], line[1]));
    const __m512d low23 = _mm512_castps_pd(_mm512_unpacklo_ps(line[2], line[3]));
    const __m512d high01 = _mm512_castps_pd(_mm512_unpackhi_ps(line[0], line[1]));
    const __m512d high23 = _mm512_castps_pd(_mm512_unpackhi_ps(line[2], line[3]));
    _mm512_storeu_pd(out, _mm512_unpacklo_pd(low01, low23));
    _mm512_storeu_pd(out + out_stride, _mm512_unpackhi_pd(low01, low23));
    _mm512_storeu_pd(out + 2 * out_stride, _mm512_unpacklo_pd(high01, high23));
    _mm512_storeu_pd(out + 3 * out_stride, _mm512_unpackhi_pd(high01, high23));
  }
}
#endif

// out[c, r] = in[r, c] for a square of Side rows.
template <class T, std::int64_t Side>
inline void transpose_square(const T* in, std::int64_t in_stride, T* out, std::int64_t out_stride) {
#if defined(CPU_CAPABILITY_AVX512)
  if constexpr (sizeof(T) == 4 && Side == 16) return transpose_lines(in, in_stride, out, out_stride);
#endif
  at::vec::transpose_mxn<T, Side, Side>(in, in_stride, out, out_stride);
}

// For `height` rows and `width` columns, reading the padding: writes `width` rows, zero from column `height` on.
template <class T, std::int64_t Side>
inline void transpose_part(std::int64_t height, std::int64_t width, const T* in, std::int64_t in_stride, T* out,
                           std::int64_t out_stride) {
  if (height == Side && width == Side) return transpose_square<T, Side>(in, in_stride, out, out_stride);
  alignas(64) T square[Side * Side] = {}, transposed[Side * Side];
  for (std::int64_t i = 0; i < height; ++i) __builtin_memcpy(square + i * Side, in + i * in_stride, Side * sizeof(T));
  transpose_square<T, Side>(square, Side, transposed, Side);
  for (std::int64_t i = 0; i < width; ++i)
    __builtin_memcpy(out + i * out_stride, transposed + i * Side, Side * sizeof(T));
}

template <class T>
void transpose(std::int64_t rows, std::int64_t columns, const T* in, std::int64_t in_stride, T* out,
               std::int64_t out_stride) {
  constexpr std::int64_t side = 64 / sizeof(T);
  for (std::int64_t r = 0; r < rows; r += side)
    for (std::int64_t c = 0; c < columns; c += side)
      transpose_part<T, side>(rows - r < side ? rows - r : side, columns - c < side ? columns - c : side,
                              in + r * in_stride + c, in_stride, out + c * out_stride + r, out_stride);
}

}  // namespace descent::fused::DESCENT_CPU
