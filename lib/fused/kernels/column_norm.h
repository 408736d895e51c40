#pragma once
// Batch norm and group norm, for which every column is a channel, and the max-norm constraint on columns.

#include "fused/kernels/statistics.h"

namespace descent::fused::DESCENT_CPU {

template <class T>
void normalize_columns(std::int64_t rows, std::int64_t stride, const T* x, const T* mean, const T* rstd, const T* gamma,
                       const T* beta, T* y) {
  for (std::int64_t c = 0; c < stride; c += lanes<T>) {
    const Vec<T> m = load(mean + c);
    const Vec<T> s = gamma ? load(rstd + c) * load(gamma + c) : load(rstd + c);
    const Vec<T> b = beta ? load(beta + c) : Vec<T>(T(0));
    for (std::int64_t r = 0; r < rows; ++r) fma(load(x + r * stride + c) - m, s, b).store(y + r * stride + c);
  }
}

template <class T>
void batch_norm_backward(std::int64_t rows, std::int64_t stride, const T* x, const T* mean, const T* rstd,
                         const T* gamma, const T* dy, T* dx, T* dgamma, T* dbeta) {
  const Vec<T> scale(T(1) / static_cast<T>(rows));
  for (std::int64_t c = 0; c < stride; c += lanes<T>) {
    const Vec<T> m = load(mean + c), s = load(rstd + c);
    const auto sum =
        sum_rows<T>(rows, [&](const Vec<T>& partial, std::int64_t r) { return partial + load(dy + r * stride + c); });
    const auto centered_product = sum_rows<T>(rows, [&](const Vec<T>& partial, std::int64_t r) {
      return fma(load(dy + r * stride + c), load(x + r * stride + c) - m, partial);
    });
    const Vec<T> product = centered_product * s;  // sum of dy * normalized x
    const Vec<T> factor = gamma ? s * load(gamma + c) : s;
    const Vec<T> mean_sum = sum * scale, slope = product * s * scale;
    for (std::int64_t r = 0; r < rows; ++r) {
      const Vec<T> centered = load(x + r * stride + c) - m;
      (factor * (load(dy + r * stride + c) - mean_sum - centered * slope)).store(dx + r * stride + c);
    }
    if (!gamma) continue;
    product.store(dgamma + c);
    sum.store(dbeta + c);
  }
}

template <class T>
void column_products(std::int64_t rows, std::int64_t stride, const T* x, const T* mean, const T* scale, const T* dy,
                     T* sums) {
  for (std::int64_t c = 0; c < stride; c += lanes<T>) {
    const Vec<T> m = load(mean + c);
    Vec<T> sum(T(0));
    for (std::int64_t r = 0; r < rows; ++r) sum = fma(load(x + r * stride + c) - m, load(dy + r * stride + c), sum);
    (sum * load(scale + c)).store(sums + c);
  }
}

template <class T>
void combine_columns(std::int64_t rows, std::int64_t stride, const T* x, const T* mean, const T* slope, const T* factor,
                     const T* shift, const T* dy, T* dx) {
  for (std::int64_t c = 0; c < stride; c += lanes<T>) {
    const Vec<T> m = load(mean + c), b = load(slope + c), a = load(factor + c), d = load(shift + c);
    for (std::int64_t r = 0; r < rows; ++r) {
      const Vec<T> centered = load(x + r * stride + c) - m;
      fma(a, load(dy + r * stride + c), fma(b, centered, d)).store(dx + r * stride + c);
    }
  }
}

template <class T> void limit_columns(std::int64_t rows, std::int64_t stride, T max_norm, T* x) {
  for (std::int64_t c = 0; c < stride; c += lanes<T>) {
    const auto squares = sum_rows<T>(rows, [&](const Vec<T>& partial, std::int64_t r) {
      const Vec<T> value = load(x + r * stride + c);
      return fma(value, value, partial);
    });
    const Vec<T> factor = at::vec::clamp_max(Vec<T>(max_norm) / squares.sqrt(), Vec<T>(T(1)));
    for (std::int64_t r = 0; r < rows; ++r) (load(x + r * stride + c) * factor).store(x + r * stride + c);
  }
}

}  // namespace descent::fused::DESCENT_CPU
