#pragma once
// Products with a matrix that has many zeros, for example after ReLU or dropout: zero factors are skipped. For finite b
// the bits stay the same, since adding 0 * b changes nothing. Only for float32 with AVX-512: elsewhere listing the
// factors costs more than it saves.

#include "fused/kernels/product.h"

namespace descent::fused::DESCENT_CPU {

inline constexpr std::int64_t sparse_depth = 64;  // maximum number of factors in a list

// The nonzero factors of one row.
struct Factors {
  std::int64_t count = 0;
  alignas(64) std::int32_t index[sparse_depth + 16];
};

// Reads whole vectors of a, whose padding is zero.
inline void list_factors(std::int64_t k, const float* a, Factors& factors) {
  std::int64_t count = 0;
  __m512i index = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  for (std::int64_t p = 0; p < k; p += 16, index = _mm512_add_epi32(index, _mm512_set1_epi32(16))) {
    const __mmask16 kept = _mm512_cmp_ps_mask(_mm512_loadu_ps(a + p), _mm512_setzero_ps(), _CMP_NEQ_UQ);
    _mm512_storeu_si512(factors.index + count, _mm512_maskz_compress_epi32(kept, index));
    count += __builtin_popcount(kept);
  }
  factors.count = count;
}

// c[Columns vectors] = start + sum of the listed factors times their rows of b.
template <Store store, int Columns>
inline void sparse_row(const Factors& factors, const float* a, const float* b, std::int64_t b_stride,
                       const float* start, float* c) {
  Vec<float> sum[Columns];
#pragma GCC unroll 16
  for (int j = 0; j < Columns; ++j) sum[j] = start ? load(start + j * lanes<float>) : Vec<float>(0);
  for (std::int64_t i = 0; i < factors.count; ++i) {
    const std::int64_t p = factors.index[i];
    const Vec<float> factor(a[p]);
#pragma GCC unroll 16
    for (int j = 0; j < Columns; ++j) sum[j] = fma(factor, load(b + p * b_stride + j * lanes<float>), sum[j]);
  }
#pragma GCC unroll 16
  for (int j = 0; j < Columns; ++j) put<store>(sum[j], c + j * lanes<float>);
}

// Computes in blocks of k whose rows of b stay in the L1 cache, at most 32 KiB. The list of factors is computed one row
// ahead, so that the product does not wait for it.
template <Store store, int Columns> inline void sparse_block(const Product<float>& x, std::int64_t column) {
  constexpr std::int64_t block = Columns < 8 ? sparse_depth : 512 / Columns, transposed = 16;
  alignas(64) float tile[2 * transposed * sparse_depth];
  Factors factors[2];
  for (std::int64_t p = 0; p < x.k; p += block) {
    const std::int64_t depth = x.k - p < block ? x.k - p : block;
    const float* b = x.b + p * x.b_stride + column;
    const auto row = [&](std::int64_t i) {
      return x.a_column == 1 ? x.a + i * x.a_row + p : tile + i % (2 * transposed) * block;
    };
    for (std::int64_t i = 0; i <= x.m; ++i) {
      if (i < x.m && i % transposed == 0 && x.a_column != 1)
        transpose(depth, x.m - i < transposed ? x.m - i : transposed, x.a + i + p * x.a_column, x.a_column,
                  tile + i % (2 * transposed) * block, block);
      if (i < x.m) list_factors(depth, row(i), factors[i % 2]);
      if (i == 0) continue;
      float* c = x.c + (i - 1) * x.c_stride + column;
      const auto write = p + depth < x.k ? sparse_row<Store::unchanged, Columns> : sparse_row<store, Columns>;
      write(factors[(i - 1) % 2], row(i - 1), b, x.b_stride, p > 0 ? c : x.bias ? x.bias + column : nullptr, c);
    }
  }
}

// True if enough factors are zero for skipping to pay off, estimated from every fourth row in memory.
inline bool is_sparse(const Product<float>& x) {
  const std::int64_t rows = x.a_column == 1 ? x.m : x.k, columns = x.a_column == 1 ? x.k : x.m;
  const std::int64_t stride = x.a_column == 1 ? x.a_row : x.a_column;
  std::int64_t zeros = 0;
  for (std::int64_t r = 0; r < rows; r += 4)
    for (std::int64_t c = 0; c + lanes<float> <= columns; c += lanes<float>)
      zeros += __builtin_popcount(static_cast<unsigned>(load(x.a + r * stride + c).zero_mask()));
  return zeros * 10 > rows * columns;  // 40 % of the factors examined
}

// The minimum number of columns for lists to pay off; more if `a` must be transposed. AMD's Zen 4 executes
// one multiply-add per cycle and loads its operand in the same time; Intel's CPUs execute two and cannot load as fast.
inline std::int64_t min_columns(const Product<float>& x) {
  if (!__builtin_cpu_is("amd")) return 256;
  return x.a_column == 1 ? 64 : 128;
}

// Computes the blocks of columns for which skipping pays off; returns the first column of the rest.
template <Store store> std::int64_t sparse_blocks(const Product<float>& x, std::int64_t end) {
  std::int64_t column = 0;
  if (end < min_columns(x) || !is_sparse(x)) return column;
  for (; column + 256 <= end; column += 256) sparse_block<store, 16>(x, column);
  for (; column + 128 <= end; column += 128) sparse_block<store, 8>(x, column);
  for (; column + 64 <= end; column += 64) sparse_block<store, 4>(x, column);
  return column;
}

}  // namespace descent::fused::DESCENT_CPU
