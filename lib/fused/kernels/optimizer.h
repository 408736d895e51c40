#pragma once
// Optimizer steps over a flat buffer, in PyTorch's order of operations.

#include <cmath>

#include "fused/kernels/vector.h"

namespace descent::fused::DESCENT_CPU {

template <class T> void sgd(std::int64_t count, const SgdStep& step, T* parameters, const T* gradient, T* momentum) {
  const Vec<T> decay(static_cast<T>(step.weight_decay)), keep(static_cast<T>(step.momentum));
  const Vec<T> minus_lr(static_cast<T>(-step.lr));
  for (std::int64_t i = 0; i < count; i += lanes<T>) {
    const Vec<T> p = load(parameters + i);
    Vec<T> g = load(gradient + i);
    if (step.weight_decay != 0) g = fma(decay, p, g);
    if (step.momentum != 0) {
      const Vec<T> velocity = step.first ? g : fma(keep, load(momentum + i), g);
      velocity.store(momentum + i);
      g = step.nesterov ? fma(keep, velocity, g) : velocity;
    }
    fma(minus_lr, g, p).store(parameters + i);
  }
}

// Kingma & Ba 2015; decoupled decay: Loshchilov & Hutter 2019.
template <class T>
void adam(std::int64_t count, const AdamStep& step, T* parameters, const T* gradient, T* mean, T* square) {
  const double correction1 = 1 - std::pow(step.beta1, static_cast<double>(step.step));
  const double correction2 = 1 - std::pow(step.beta2, static_cast<double>(step.step));
  const Vec<T> minus_rate(static_cast<T>(-step.lr / correction1));
  const Vec<T> scale(static_cast<T>(1 / std::sqrt(correction2))), eps(static_cast<T>(step.eps));
  const Vec<T> blend1(static_cast<T>(1 - step.beta1)), blend2(static_cast<T>(1 - step.beta2));
  const Vec<T> keep2(static_cast<T>(step.beta2));
  const Vec<T> shrink(static_cast<T>(1 - step.lr * step.weight_decay)), decay(static_cast<T>(step.weight_decay));
  const bool decays = step.weight_decay != 0;
  for (std::int64_t i = 0; i < count; i += lanes<T>) {
    Vec<T> p = load(parameters + i), g = load(gradient + i);
    if (decays && step.decoupled) p = p * shrink;
    if (decays && !step.decoupled) g = fma(decay, p, g);
    const Vec<T> m_old = load(mean + i);
    const Vec<T> m = fma(g - m_old, blend1, m_old);
    const Vec<T> v = fma(load(square + i), keep2, g * g * blend2);
    m.store(mean + i);
    v.store(square + i);
    fma(minus_rate, m / fma(v.sqrt(), scale, eps), p).store(parameters + i);
  }
}

template <class T> double square_sum(std::int64_t count, const T* x) {
  Vec<T> even(T(0)), odd(T(0));
  std::int64_t i = 0;
  for (; i + 2 * lanes<T> <= count; i += 2 * lanes<T>) {
    const Vec<T> a = load(x + i), b = load(x + i + lanes<T>);
    even = fma(a, a, even);
    odd = fma(b, b, odd);
  }
  for (; i < count; i += lanes<T>) {
    const Vec<T> a = load(x + i);
    even = fma(a, a, even);
  }
  alignas(64) T sums[lanes<T>];
  (even + odd).store(sums);
  double total = 0;
  for (const T sum : sums) total += static_cast<double>(sum);
  return total;
}

template <class T> void scale(std::int64_t count, T factor, T* x) {
  const Vec<T> f(factor);
  for (std::int64_t i = 0; i < count; i += lanes<T>) (load(x + i) * f).store(x + i);
}

}  // namespace descent::fused::DESCENT_CPU
