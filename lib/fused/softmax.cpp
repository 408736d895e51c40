#include "fused/softmax.h"

#include <algorithm>
#include <cmath>
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

void log_softmax(std::span<double> logits) {
  const double largest = *std::ranges::max_element(logits);
  double sum = 0;
  for (const double logit : logits) sum += std::exp(logit - largest);
  for (double& logit : logits) logit -= largest + std::log(sum);
}

void softmax(std::span<double> logits) {
  log_softmax(logits);
  for (double& value : logits) value = std::exp(value);
}

}  // namespace descent::fused
