#include "fused/softmax.h"

#include <algorithm>
#include <numeric>

#include "fused/buffer.h"
#include "fused/kernels/kernels.h"

namespace descent::fused {

template <class T>
void log_softmax(std::int64_t rows, std::int64_t columns, std::int64_t stride, const T* z, T* log_p, T* p) {
  Buffer<T> sums(padded<T>(rows)), log_sums(padded<T>(rows));
  for (std::int64_t r = 0; r < rows; ++r) {
    const T* row = z + r * stride;
    const T largest = *std::max_element(row, row + columns);
    for (std::int64_t c = 0; c < columns; ++c) log_p[r * stride + c] = row[c] - largest;
  }
  kernels<T>().exponential(rows * stride, log_p, p);
  for (std::int64_t r = 0; r < rows; ++r)
    sums.data()[r] = std::accumulate(p + r * stride, p + r * stride + columns, T(0));
  kernels<T>().logarithm(padded<T>(rows), sums.data(), log_sums.data());
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c) {
      log_p[r * stride + c] -= log_sums.data()[r];
      p[r * stride + c] /= sums.data()[r];
    }
  kernels<T>().clear_pads(rows, columns, stride, p);
}

template void log_softmax(std::int64_t, std::int64_t, std::int64_t, const float*, float*, float*);
template void log_softmax(std::int64_t, std::int64_t, std::int64_t, const double*, double*, double*);

void softmax(std::span<double> logits) {
  const std::int64_t stride = padded<double>(std::ssize(logits));
  Buffer<double> z(stride), log_p(stride), p(stride);
  std::ranges::copy(logits, z.data());
  log_softmax(1, std::ssize(logits), stride, z.data(), log_p.data(), p.data());
  std::copy_n(p.data(), logits.size(), logits.begin());
}

}  // namespace descent::fused
