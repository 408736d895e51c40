#pragma once
// What the dense and the sparse product share.

#include "nn/kernels/vector.h"

namespace descent::nn::DESCENT_CPU {

// What becomes of the elements of c on their way to memory.
enum class Store { as_they_are, relu };

template <Store store, class T>
inline void put(const Vec<T>& v, T* c) {
  if constexpr (store == Store::relu) at::vec::clamp_min(v, Vec<T>(T(0))).store(c);
  else v.store(c);
}

// The arguments of matmul, as in kernels.h.
template <class T>
struct Product {
  std::int64_t m, k;
  const T* a;
  std::int64_t a_row, a_column;
  const T* b;
  std::int64_t b_stride;
  const T* bias;
  T* c;
  std::int64_t c_stride;
};

template <class T>
void transpose(std::int64_t rows, std::int64_t columns, const T* in, std::int64_t in_stride, T* out,
               std::int64_t out_stride) {
  constexpr std::int64_t block = 16;  // shuffled in registers where it is whole
  for (std::int64_t r = 0; r < padded<T>(rows); r += block)
    for (std::int64_t c = 0; c < columns; c += block) {
      if (r + block <= rows && c + block <= columns) {
        at::vec::transpose_mxn<T, block, block>(in + r * in_stride + c, in_stride, out + c * out_stride + r, out_stride);
        continue;
      }
      const std::int64_t row_end = padded<T>(rows) - r < block ? padded<T>(rows) : r + block;
      const std::int64_t column_end = columns - c < block ? columns : c + block;
      for (std::int64_t j = c; j < column_end; ++j)
        for (std::int64_t i = r; i < row_end; ++i) out[j * out_stride + i] = i < rows ? in[i * in_stride + j] : T(0);
    }
}

}  // namespace descent::nn::DESCENT_CPU
