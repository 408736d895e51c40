#pragma once
// Element-wise functions.

#include "config/choices.h"
#include "fused/kernels/functions.h"

namespace descent::fused::DESCENT_CPU {

inline constexpr double leaky_slope = 0.01;  // PyTorch's default negative_slope
inline constexpr double inverse_sqrt_2 = 0.70710678118654752440;
inline constexpr double inverse_sqrt_2pi = 0.39894228040143267794;

template <class T> inline Vec<T> sigmoid(const Vec<T>& x) { return Vec<T>(T(1)) / (Vec<T>(T(1)) + exp_of<T>(x.neg())); }

template <class T, class Function> inline void map(std::int64_t count, const T* x, T* y, Function f) {
  for (std::int64_t i = 0; i < count; i += lanes<T>) f(load(x + i)).store(y + i);
}

template <class T> void activate(int activation, std::int64_t count, const T* x, T* y) {
  using V = Vec<T>;
  const V zero(T(0)), one(T(1));
  switch (static_cast<config::Activation>(activation)) {
    case config::Activation::relu: return map<T>(count, x, y, [&](V v) { return V::blendv(v, zero, v < zero); });
    case config::Activation::leaky_relu:
      return map<T>(count, x, y, [&](V v) { return V::blendv(v, v * V(T(leaky_slope)), v < zero); });
    case config::Activation::tanh: return map<T>(count, x, y, [](V v) { return tanh_of<T>(v); });
    case config::Activation::sigmoid: return map<T>(count, x, y, [](V v) { return sigmoid<T>(v); });
    case config::Activation::silu: return map<T>(count, x, y, [](V v) { return v * sigmoid<T>(v); });
    case config::Activation::gelu:  // x Phi(x) (Hendrycks & Gimpel 2016), exact
      return map<T>(count, x, y, [&](V v) { return v * V(T(0.5)) * (one + (v * V(T(inverse_sqrt_2))).erf()); });
    case config::Activation::identity: return map<T>(count, x, y, [](V v) { return v; });
  }
}

template <class T, class Function>
inline void map_gradient(std::int64_t count, const T* v, const T* dy, T* dx, Function derivative) {
  for (std::int64_t i = 0; i < count; i += lanes<T>) derivative(load(v + i), load(dy + i)).store(dx + i);
}

template <class T>
void activate_backward(int activation, std::int64_t count, const T* x, const T* y, const T* dy, T* dx) {
  using V = Vec<T>;
  const V zero(T(0)), one(T(1));
  switch (static_cast<config::Activation>(activation)) {
    case config::Activation::relu:
      return map_gradient<T>(count, y, dy, dx, [&](V v, V d) { return V::blendv(d, zero, v <= zero); });
    case config::Activation::leaky_relu:
      return map_gradient<T>(count, y, dy, dx,
                             [&](V v, V d) { return V::blendv(d, d * V(T(leaky_slope)), v <= zero); });
    case config::Activation::tanh:
      return map_gradient<T>(count, y, dy, dx, [&](V v, V d) { return d * (one - v * v); });
    case config::Activation::sigmoid:
      return map_gradient<T>(count, y, dy, dx, [&](V v, V d) { return d * v * (one - v); });
    case config::Activation::silu:
      return map_gradient<T>(count, x, dy, dx, [&](V v, V d) {
        const V s = sigmoid<T>(v);
        return d * s * (one + v * (one - s));
      });
    case config::Activation::gelu:
      return map_gradient<T>(count, x, dy, dx, [&](V v, V d) {
        const V cumulative = V(T(0.5)) * (one + (v * V(T(inverse_sqrt_2))).erf());
        const V density = V(T(inverse_sqrt_2pi)) * exp_of<T>(v * v * V(T(-0.5)));
        return d * (cumulative + v * density);
      });
    case config::Activation::identity: return map_gradient<T>(count, x, dy, dx, [](V, V d) { return d; });
  }
}

template <class T> void exponential(std::int64_t count, const T* x, T* y) {
  map<T>(count, x, y, [](Vec<T> v) { return exp_of<T>(v); });
}

template <class T> void logarithm(std::int64_t count, const T* x, T* y) {
  map<T>(count, x, y, [](Vec<T> v) { return v.log(); });
}

template <class T> void clear_pads(std::int64_t rows, std::int64_t columns, std::int64_t stride, T* x) {
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = columns; c < stride; ++c) x[r * stride + c] = T(0);
}

template <class T> void add(std::int64_t count, const T* x, const T* y, T* out) {
  for (std::int64_t i = 0; i < count; i += lanes<T>) (load(x + i) + load(y + i)).store(out + i);
}

template <class T> void multiply(std::int64_t count, const T* x, const T* y, T* out) {
  for (std::int64_t i = 0; i < count; i += lanes<T>) (load(x + i) * load(y + i)).store(out + i);
}

}  // namespace descent::fused::DESCENT_CPU
