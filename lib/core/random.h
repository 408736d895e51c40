#pragma once
// A counter-based random number generator: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1,
// 2, 3"). Block i of a stream is a pure function of (seed, stream, i), so streams are independent.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/seeds.h"

namespace descent::core {

using PhiloxBlock = std::array<std::uint32_t, 4>;

// Maps counter and key to four independent 32-bit words in ten rounds.
PhiloxBlock philox(PhiloxBlock counter, std::array<std::uint32_t, 2> key);

class Random {
 public:
  // key = seed; counter = (index low, index high, stream low, stream high).
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}
  // A stream of the run with seed `seed`.
  Random(std::int64_t seed, Purpose purpose, std::uint64_t stream) : Random(derive_seed(seed, purpose), stream) {}

  std::uint32_t next();                       // uniform on [0, 2^32)
  void fill(std::span<std::uint32_t> words);  // equivalent to words.size() calls of next()
  std::uint32_t below(std::uint32_t bound);   // uniform on [0, bound), without modulo bias (Lemire 2019)
  double uniform();                           // uniform on [0, 1), 53 bits
  double normal();                            // N(0, 1), Box-Muller

 private:
  PhiloxBlock draw();

  std::uint64_t seed_, stream_, index_ = 0;
  PhiloxBlock block_{};
  int used_ = 4;
};

// Sets `order` to a random permutation of 0 ... n-1 (Fisher-Yates shuffle).
void permute(Random& random, std::int64_t n, std::vector<std::int32_t>& order);

}  // namespace descent::core
