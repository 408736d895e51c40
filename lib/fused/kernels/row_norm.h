#pragma once
// Layer norm and RMS norm over rows, each of which is an example.

#include <cmath>

#include "fused/kernels/vector.h"

namespace descent::fused::DESCENT_CPU {

template <class T>
void normalize_rows(std::int64_t rows, std::int64_t features, std::int64_t stride, bool centered, T epsilon, const T* x,
                    const T* gamma, const T* beta, T* y, T* mean, T* rstd) {
  const T scale = T(1) / static_cast<T>(features);
  const std::int64_t pad = stride - features;
  for (std::int64_t r = 0; r < rows; ++r, x += stride, y += stride) {
    T m = 0;
    if (centered) {
      Vec<T> sum(T(0));
      for (std::int64_t c = 0; c < stride; c += lanes<T>) sum = sum + load(x + c);
      m = sum_lanes<T>(sum) * scale;
    }
    Vec<T> squares(T(0));
    for (std::int64_t c = 0; c < stride; c += lanes<T>) {
      const Vec<T> d = load(x + c) - Vec<T>(m);
      squares = fma(d, d, squares);
    }
    // Each zero of the padding has added m^2.
    const T variance = (sum_lanes<T>(squares) - static_cast<T>(pad) * m * m) * scale;
    const T s = T(1) / std::sqrt((variance > T(0) ? variance : T(0)) + epsilon);
    for (std::int64_t c = 0; c < stride; c += lanes<T>) {
      const Vec<T> normal = (load(x + c) - Vec<T>(m)) * Vec<T>(s);
      const Vec<T> scaled = gamma ? normal * load(gamma + c) : normal;
      (beta ? scaled + load(beta + c) : scaled).store(y + c);
    }
    for (std::int64_t c = features; c < stride; ++c) y[c] = T(0);
    mean[r] = m;
    rstd[r] = s;
  }
}

template <class T>
void normalize_rows_backward(std::int64_t rows, std::int64_t features, std::int64_t stride, bool centered, const T* x,
                             const T* mean, const T* rstd, const T* gamma, const T* dy, T* dx, T* dgamma, T* dbeta) {
  const T scale = T(1) / static_cast<T>(features);
  if (dgamma)
    for (std::int64_t c = 0; c < stride; ++c) dgamma[c] = T(0);
  if (dbeta)
    for (std::int64_t c = 0; c < stride; ++c) dbeta[c] = T(0);
  for (std::int64_t r = 0; r < rows; ++r, x += stride, dy += stride, dx += stride) {
    const Vec<T> m(mean[r]), s(rstd[r]);
    Vec<T> sum(T(0)), product(T(0));
    for (std::int64_t c = 0; c < stride; c += lanes<T>) {  // dy is zero in the padding
      const Vec<T> normal = (load(x + c) - m) * s, d = load(dy + c);
      if (dgamma) fma(d, normal, load(dgamma + c)).store(dgamma + c);
      if (dbeta) (load(dbeta + c) + d).store(dbeta + c);
      const Vec<T> g = gamma ? d * load(gamma + c) : d;
      sum = sum + g;
      product = fma(g, normal, product);
    }
    const Vec<T> mean_sum(centered ? sum_lanes<T>(sum) * scale : T(0)), slope(sum_lanes<T>(product) * scale);
    for (std::int64_t c = 0; c < stride; c += lanes<T>) {
      const Vec<T> normal = (load(x + c) - m) * s, d = load(dy + c);
      const Vec<T> g = gamma ? d * load(gamma + c) : d;
      (s * (g - mean_sum - normal * slope)).store(dx + c);
    }
    for (std::int64_t c = features; c < stride; ++c) dx[c] = T(0);
  }
}

}  // namespace descent::fused::DESCENT_CPU
