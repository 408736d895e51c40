#pragma once
// Activations and dropout, element by element.

#include "config/choices.h"
#include "nn/kernels/functions.h"

namespace descent::nn::DESCENT_CPU {

inline constexpr double leaky_slope = 0.01;  // PyTorch's default negative_slope
inline constexpr double inverse_sqrt_2 = 0.70710678118654752440;
inline constexpr double inverse_sqrt_2pi = 0.39894228040143267794;

template <class T>
inline Vec<T> sigmoid(const Vec<T>& x) {
  return Vec<T>(T(1)) / (Vec<T>(T(1)) + exp_of<T>(x.neg()));
}

template <class T, class Function>
inline void map(std::int64_t count, const T* x, T* y, Function f) {
  for (std::int64_t i = 0; i < count; i += lanes<T>) f(load(x + i)).store(y + i);
}

template <class T>
void activate(int activation, std::int64_t count, const T* x, T* y) {
  using V = Vec<T>;
  const V zero(T(0)), one(T(1));
  switch (static_cast<config::Activation>(activation)) {
    case config::Activation::relu:
      return map<T>(count, x, y, [&](V v) { return V::blendv(v, zero, v < zero); });
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

template <class T>
void exponential(std::int64_t count, const T* x, T* y) {
  map<T>(count, x, y, [](Vec<T> v) { return exp_of<T>(v); });
}

template <class T>
void logarithm(std::int64_t count, const T* x, T* y) {
  map<T>(count, x, y, [](Vec<T> v) { return v.log(); });
}

inline constexpr std::int64_t philox_lanes = 16;

// Some 32-bit words in 64 bits each, whose upper halves may hold anything, and their products with one factor. GCC 12
// does not find the instruction for that by itself.
#if defined(CPU_CAPABILITY_AVX512)
using Words = std::uint64_t __attribute__((vector_size(64)));
inline Words wide_products(Words words, std::uint32_t factor) {
  return reinterpret_cast<Words>(_mm512_mul_epu32(reinterpret_cast<__m512i>(words), _mm512_set1_epi64(factor)));
}
#elif defined(CPU_CAPABILITY_AVX2)
using Words = std::uint64_t __attribute__((vector_size(32)));
inline Words wide_products(Words words, std::uint32_t factor) {
  return reinterpret_cast<Words>(_mm256_mul_epu32(reinterpret_cast<__m256i>(words), _mm256_set1_epi64x(factor)));
}
#else
using Words = std::uint64_t __attribute__((vector_size(16)));
inline Words wide_products(Words words, std::uint32_t factor) { return (words & 0xFFFFFFFFu) * factor; }
#endif

// Sixteen blocks of Philox4x32-10 at counters index ... index + 15: words[w][lane] (core/random.h has the scalar form).
inline void philox_words(std::uint32_t index, const DropoutDraw& draw, std::uint32_t words[4][philox_lanes]) {
  constexpr int size = sizeof(Words) / 8;
  Words lane{};
  for (int i = 0; i < size; ++i) lane[i] = static_cast<std::uint32_t>(i);
  for (int first = 0; first < philox_lanes; first += size) {
    Words c0 = lane + (index + static_cast<std::uint32_t>(first)), c1 = Words{} + draw.layer, c2 = Words{} + draw.step, c3 = c2 >> 32;
    std::uint32_t key0 = static_cast<std::uint32_t>(draw.seed), key1 = static_cast<std::uint32_t>(draw.seed >> 32);
    for (int round = 0; round < 10; ++round, key0 += 0x9E3779B9u, key1 += 0xBB67AE85u) {
      const Words p0 = wide_products(c0, 0xD2511F53u), p1 = wide_products(c2, 0xCD9E8D57u);
      c0 = (p1 >> 32) ^ c1 ^ key0;
      c2 = (p0 >> 32) ^ c3 ^ key1;
      c1 = p1;
      c3 = p0;
    }
    const Words all[4] = {c0, c1, c2, c3};
    for (int w = 0; w < 4; ++w)
      for (int i = 0; i < size; ++i) words[w][first + i] = static_cast<std::uint32_t>(all[w][i]);
  }
}

template <class T>
void dropout(std::int64_t count, double rate, const DropoutDraw& draw, const T* x, T* mask, T* y) {
  constexpr std::int64_t chunk = 4 * philox_lanes;
  const auto threshold = static_cast<std::uint32_t>((1 - rate) * 4294967295.0);
  const T scale = static_cast<T>(1 / (1 - rate));
  alignas(64) std::uint32_t words[4][philox_lanes];
  for (std::int64_t start = 0; start < count; start += chunk) {
    philox_words(static_cast<std::uint32_t>(start / 4), draw, words);
    const std::uint32_t* word = words[0];
    const std::int64_t size = count - start < chunk ? count - start : chunk;
    for (std::int64_t i = 0; i < size; ++i) mask[start + i] = word[i] <= threshold ? scale : T(0);
  }
  for (std::int64_t i = 0; i < count; i += lanes<T>) (load(x + i) * load(mask + i)).store(y + i);
}

template <class T>
void clear_pads(std::int64_t rows, std::int64_t columns, std::int64_t stride, T* x) {
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = columns; c < stride; ++c) x[r * stride + c] = T(0);
}

template <class T>
void add(std::int64_t count, const T* x, const T* y, T* out) {
  for (std::int64_t i = 0; i < count; i += lanes<T>) (load(x + i) + load(y + i)).store(out + i);
}

template <class T>
void multiply(std::int64_t count, const T* x, const T* y, T* out) {
  for (std::int64_t i = 0; i < count; i += lanes<T>) (load(x + i) * load(y + i)).store(out + i);
}

}  // namespace descent::nn::DESCENT_CPU
