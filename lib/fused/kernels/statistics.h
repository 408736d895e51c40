#pragma once
// Means and variances of columns over a batch, and the running statistics of batch norm.

#include "fused/kernels/vector.h"

namespace descent::fused::DESCENT_CPU {

// Sums over rows in blocks, since a single sum over the rows of many maps would lose precision in float32.
template <class T, class Add> inline __attribute__((always_inline)) Vec<T> sum_rows(std::int64_t rows, const Add& add) {
  constexpr std::int64_t block = 128;
  Vec<T> total(T(0));
  for (std::int64_t r = 0; r < rows;) {
    Vec<T> sum(T(0));
    for (const std::int64_t end = rows - r < block ? rows : r + block; r < end; ++r) sum = add(sum, r);
    total = total + sum;
  }
  return total;
}

template <class T> void batch_statistics(std::int64_t rows, std::int64_t stride, const T* x, T* mean, T* variance) {
  const Vec<T> scale(T(1) / static_cast<T>(rows));
  for (std::int64_t c = 0; c < stride; c += lanes<T>) {
    const auto sum =
        sum_rows<T>(rows, [&](const Vec<T>& partial, std::int64_t r) { return partial + load(x + r * stride + c); });
    const Vec<T> m = sum * scale;
    const auto squares = sum_rows<T>(rows, [&](const Vec<T>& partial, std::int64_t r) {
      const Vec<T> d = load(x + r * stride + c) - m;
      return fma(d, d, partial);
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

template <class T> void rstd(std::int64_t count, const T* variance, T epsilon, T* out) {
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

}  // namespace descent::fused::DESCENT_CPU
