// Chooses the kernels for this CPU once.

#include "nn/kernels/kernels.h"

namespace descent::nn {

#define DESCENT_DECLARE(set)                                        \
  namespace set {                                                   \
  template <class T>                                                \
  const Kernels<T>& table();                                        \
  extern template const Kernels<float>& table<float>();             \
  extern template const Kernels<double>& table<double>();           \
  }
DESCENT_DECLARE(portable)
#if defined(__x86_64__)
DESCENT_DECLARE(avx2)
DESCENT_DECLARE(avx512)
#endif
#undef DESCENT_DECLARE

template <class T>
const Kernels<T>& kernels() {
  static const Kernels<T>& chosen = []() -> const Kernels<T>& {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
      return avx512::table<T>();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return avx2::table<T>();
#endif
    return portable::table<T>();
  }();
  return chosen;
}

template const Kernels<float>& kernels<float>();
template const Kernels<double>& kernels<double>();

}  // namespace descent::nn
