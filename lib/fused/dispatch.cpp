// Chooses the kernels for this CPU.

#include "fused/kernels/kernels.h"

namespace descent::fused {

// One table per instruction set, from lib/fused/kernels/kernels.cpp.
namespace portable {
template <class T> const Kernels<T>& table();
}
#if defined(__x86_64__)
namespace avx2 {
template <class T> const Kernels<T>& table();
}
namespace avx512 {
template <class T> const Kernels<T>& table();
}
#endif

template <class T> std::vector<const Kernels<T>*> available_kernels() {
  std::vector<const Kernels<T>*> available;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl"))
    available.push_back(&avx512::table<T>());
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) available.push_back(&avx2::table<T>());
#endif
  available.push_back(&portable::table<T>());
  return available;
}

template <class T> const Kernels<T>& kernels() {
  static const Kernels<T>& fastest = *available_kernels<T>().front();
  return fastest;
}

template std::vector<const Kernels<float>*> available_kernels<float>();
template std::vector<const Kernels<double>*> available_kernels<double>();
template const Kernels<float>& kernels<float>();
template const Kernels<double>& kernels<double>();

}  // namespace descent::fused
