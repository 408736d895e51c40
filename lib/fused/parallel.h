#pragma once
// Parallel loops over the threads of one run (train.threads). at::parallel_for is serial in programs compiled without
// OpenMP, and takes its number of threads from LibTorch's copy of the OpenMP runtime.

#include <algorithm>
#include <cstdint>

namespace descent::fused {

// Calls run(i) for i = 0, 1, ... count - 1, on up to `threads` at a time.
template <class Run> void parallel_for(std::int64_t threads, std::int64_t count, const Run& run) {
  const int team = static_cast<int>(std::min(threads, count));
  if (team <= 1) {
    for (std::int64_t i = 0; i < count; ++i) run(i);
    return;
  }
#if defined(_OPENMP)
#pragma omp parallel for num_threads(team) schedule(static)
#endif
  for (std::int64_t i = 0; i < count; ++i) run(i);
}

}  // namespace descent::fused
