#pragma once
// Batch norm over columns; layer norm and RMS norm over rows.

#include <cmath>

#include "fused/kernels/vector.h"

namespace descent::fused::DESCENT_CPU {

// Adds up terms of single rows in blocks: one sum over the rows of many maps would lose digits in float32.
template <class T, class Add>
inline __attribute__((always_inline)) Vec<T> sum_rows(std::int64_t rows, const Add& add) {
  constexpr std::int64_t block = 128;
  Vec<T> total(T(0));
  for (std::int64_t r = 0; r < rows;) {
    Vec<T> sum(T(0));
    for (const std::int64_t end = rows - r < block ? rows : r + block; r < end; ++r) sum = add(sum, r);
    total = total + sum;
  }
  return total;
}

template <class T>
void batch_statistics(std::int64_t rows, std::int64_t stride, const T* x, T* mean, T* variance) {
  const Vec<T> scale(T(1) / static_cast<T>(rows));
  for (std::int64_t c = 0; c < stride; c += lanes<T>) {
    const auto sum = sum_rows<T>(
        rows, [&](const Vec<T>& so_far, std::int64_t r) { return so_far + load(x + r * stride + c); });
    const Vec<T> m = sum * scale;
    const auto squares = sum_rows<T>(rows, [&](const Vec<T>& so_far, std::int64_t r) {
      const Vec<T> d = load(x + r * stride + c) - m;
      return fma(d, d, so_far);
    });
    m.store(mean + c);
    (squares * scale).store(variance + c);
  }
}

template <class T>
void merge_statistics(std::int64_t groups, std::int64_t stride, const T* means, const T* variances, T* mean,
                      T* variance) {
  const Vec<T> scale(T(1) / static_cast<T>(groups));
  for (std::int64_t c = 0; c < stride; c += lanes<T>) {
    Vec<T> sum(T(0)), within(T(0)), between(T(0));
    for (std::int64_t g = 0; g < groups; ++g) {
      sum = sum + load(means + g * stride + c);
      within = within + load(variances + g * stride + c);
    }
    const Vec<T> m = sum * scale;
    for (std::int64_t g = 0; g < groups; ++g) {
      const Vec<T> d = load(means + g * stride + c) - m;
      between = fma(d, d, between);
    }
    m.store(mean + c);
    ((within + between) * scale).store(variance + c);
  }
}

template <class T>
void rstd(std::int64_t count, const T* variance, T epsilon, T* out) {
  for (std::int64_t i = 0; i < count; i += lanes<T>)
    (Vec<T>(T(1)) / (load(variance + i) + Vec<T>(epsilon)).sqrt()).store(out + i);
}

template <class T>
void update_running(std::int64_t count, T momentum, T unbias, const T* mean, const T* variance, T* running_mean,
                    T* running_variance) {
  const Vec<T> keep(T(1) - momentum), take(momentum), take_variance(momentum * unbias);
  for (std::int64_t i = 0; i < count; i += lanes<T>) {
    fma(keep, load(running_mean + i), take * load(mean + i)).store(running_mean + i);
    fma(keep, load(running_variance + i), take_variance * load(variance + i)).store(running_variance + i);
  }
}

template <class T>
void normalize_columns(std::int64_t rows, std::int64_t stride, const T* x, const T* mean, const T* rstd,
                       const T* gamma, const T* beta, T* y) {
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
    const auto sum = sum_rows<T>(
        rows, [&](const Vec<T>& so_far, std::int64_t r) { return so_far + load(dy + r * stride + c); });
    const auto centred_product = sum_rows<T>(rows, [&](const Vec<T>& so_far, std::int64_t r) {
      return fma(load(dy + r * stride + c), load(x + r * stride + c) - m, so_far);
    });
    const Vec<T> product = centred_product * s;  // sum of dy * normalized x
    const Vec<T> factor = gamma ? s * load(gamma + c) : s;
    const Vec<T> mean_sum = sum * scale, slope = product * s * scale;
    for (std::int64_t r = 0; r < rows; ++r) {
      const Vec<T> centred = load(x + r * stride + c) - m;
      (factor * (load(dy + r * stride + c) - mean_sum - centred * slope)).store(dx + r * stride + c);
    }
    if (!gamma) continue;
    product.store(dgamma + c);
    sum.store(dbeta + c);
  }
}

template <class T>
void normalize_rows(std::int64_t rows, std::int64_t features, std::int64_t stride, bool centered, T epsilon,
                    const T* x, const T* gamma, const T* beta, T* y, T* mean, T* rstd) {
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
    // The pads hold zeros and have contributed m^2 each.
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
                             const T* mean, const T* rstd, const T* gamma, const T* dy, T* dx, T* dgamma,
                             T* dbeta) {
  const T scale = T(1) / static_cast<T>(features);
  if (dgamma)
    for (std::int64_t c = 0; c < stride; ++c) dgamma[c] = T(0);
  if (dbeta)
    for (std::int64_t c = 0; c < stride; ++c) dbeta[c] = T(0);
  for (std::int64_t r = 0; r < rows; ++r, x += stride, dy += stride, dx += stride) {
    const Vec<T> m(mean[r]), s(rstd[r]);
    Vec<T> sum(T(0)), product(T(0));
    for (std::int64_t c = 0; c < stride; c += lanes<T>) {  // dy is zero in the pads
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
