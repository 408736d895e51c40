#pragma once
// Vector functions, accurate to 2 units in the last place.

#include "fused/kernels/vector.h"

namespace descent::fused::DESCENT_CPU {

// A polynomial by Horner's rule, with coefficients in descending order of powers.
template <class T, class... Coefficients> inline Vec<T> polynomial(const Vec<T>& x, T highest, Coefficients... rest) {
  Vec<T> sum(highest);
  ((sum = fma(sum, x, Vec<T>(static_cast<T>(rest)))), ...);
  return sum;
}

// exp(x) = 2^n exp(r), |r| <= log(2) / 2; coefficients of expf and tanhf from Cephes (Moshier 1989).
template <class T> inline Vec<T> exp_of(const Vec<T>& x) {
#if defined(CPU_CAPABILITY_AVX512)
  if constexpr (sizeof(T) == 4) {
    const Vec<T> bounded = at::vec::clamp_max(at::vec::clamp_min(x, Vec<T>(-104)), Vec<T>(89));  // exp: 0, infinity
    const Vec<T> n = (bounded * Vec<T>(1.44269504088896341f)).round();
    const Vec<T> r = fma(n, Vec<T>(2.12194440e-4f), fma(n, Vec<T>(-0.693359375f), bounded));
    const Vec<T> p = polynomial<T>(r, 1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f,
                                   1.6666665459e-1f, 5.0000001201e-1f);
    return _mm512_scalef_ps(fma(p, r * r, r + Vec<T>(1)), n);
  }
#endif
  return x.exp();
}

template <class T> inline Vec<T> tanh_of(const Vec<T>& x) {
  if constexpr (sizeof(T) == 8) return x.tanh();
  const Vec<T> one(1), size = x.abs(), square = x * x;
  const Vec<T> p = polynomial<T>(square, -5.70498872745e-3f, 2.06390887954e-2f, -5.37397155531e-2f, 1.33314422036e-1f,
                                 -3.33332819422e-1f);
  const Vec<T> small = fma(p * square, x, x);
  const Vec<T> large = one - Vec<T>(2) / (exp_of<T>(size + size) + one);
  const Vec<T> with_sign = Vec<T>::blendv(large, large.neg(), x < Vec<T>(0));
  return Vec<T>::blendv(with_sign, small, size < Vec<T>(0.625f));
}

}  // namespace descent::fused::DESCENT_CPU
