#pragma once
// Matrix products in register tiles. Every element is summed over k in the same order, so it depends neither on the
// shape of its tile nor on the number of rows computed together.

#include "fused/kernels/product.h"
#if defined(CPU_CAPABILITY_AVX512)
#include "fused/kernels/sparse.h"
#endif

namespace descent::fused::DESCENT_CPU {

// c[Rows, Columns vectors] += a[Rows, k] b[k, Columns vectors], accumulators in registers.
template <Store store, class T, int Rows, int Columns>
inline __attribute__((always_inline)) void tile(std::int64_t k, const T* a, std::int64_t a_row, std::int64_t a_column,
                                                const T* b, std::int64_t b_stride, const T* bias, T* c,
                                                std::int64_t c_stride) {
  Vec<T> sum[Rows][Columns];
#pragma GCC unroll 32
  for (int j = 0; j < Columns; ++j) {
    const Vec<T> start = bias ? load(bias + j * lanes<T>) : Vec<T>(T(0));
#pragma GCC unroll 32
    for (int i = 0; i < Rows; ++i) sum[i][j] = start;
  }
  for (std::int64_t p = 0; p < k; ++p, a += a_column, b += b_stride) {
    Vec<T> row[Columns];
#pragma GCC unroll 32
    for (int j = 0; j < Columns; ++j) row[j] = load(b + j * lanes<T>);
#pragma GCC unroll 32
    for (int i = 0; i < Rows; ++i) {
      const Vec<T> factor(a[i * a_row]);
#pragma GCC unroll 32
      for (int j = 0; j < Columns; ++j) sum[i][j] = fma(factor, row[j], sum[i][j]);
    }
  }
#pragma GCC unroll 32
  for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 32
    for (int j = 0; j < Columns; ++j) put<store>(sum[i][j], c + i * c_stride + j * lanes<T>);
}

// Computes the rows [i, m) of one block of columns in tiles of Rows rows, and the rest in smaller tiles.
template <Store store, class T, int Rows, int Columns>
void column_block(const Product<T>& x, std::int64_t i, std::int64_t column) {
  const T* bias = x.bias ? x.bias + column : nullptr;
  for (; i + Rows <= x.m; i += Rows)
    tile<store, T, Rows, Columns>(x.k, x.a + i * x.a_row, x.a_row, x.a_column, x.b + column, x.b_stride, bias,
                                  x.c + i * x.c_stride + column, x.c_stride);
  if constexpr (Rows > 1)
    if (i < x.m) column_block<store, T, (Rows > 8 ? 8 : Rows > 4 ? 4 : Rows / 2), Columns>(x, i, column);
}

template <class T> void column_sums(std::int64_t rows, std::int64_t stride, const T* x, T* sums) {
  for (std::int64_t c = 0; c < stride; c += lanes<T>) {
    Vec<T> even(T(0)), odd(T(0));
    std::int64_t r = 0;
    for (; r + 2 <= rows; r += 2) {
      even = even + load(x + r * stride + c);
      odd = odd + load(x + (r + 1) * stride + c);
    }
    if (r < rows) even = even + load(x + r * stride + c);
    (even + odd).store(sums + c);
  }
}

template <Store store, class T> void multiply_matrices(const Product<T>& product) {
  const std::int64_t end = padded<T>(product.n);
  std::int64_t column = 0;
#if defined(CPU_CAPABILITY_AVX512)
  if constexpr (sizeof(T) == 4) column = sparse_blocks<store>(product, end);
  // 32 registers: 24 accumulators, one row of b, one factor.
  for (; column + 4 * lanes<T> <= end; column += 4 * lanes<T>) column_block<store, T, 6, 4>(product, 0, column);
  switch ((end - column) / lanes<T>) {
    case 3: return column_block<store, T, 8, 3>(product, 0, column);
    case 2: return column_block<store, T, 12, 2>(product, 0, column);
    case 1: return column_block<store, T, 16, 1>(product, 0, column);
  }
#else
  // 16 registers: 12 accumulators.
  for (; column + 2 * lanes<T> <= end; column += 2 * lanes<T>) column_block<store, T, 6, 2>(product, 0, column);
  if (column < end) column_block<store, T, 8, 1>(product, 0, column);
#endif
}

template <class T> void matmul(const Product<T>& product) { multiply_matrices<Store::unchanged>(product); }

template <class T> void matmul_relu(const Product<T>& product) { multiply_matrices<Store::relu>(product); }

}  // namespace descent::fused::DESCENT_CPU
