#pragma once
// Subsets of residual blocks, for lesions and paths.

#include <cstdint>
#include <vector>

#include "core/random.h"

namespace descent::probe {

// All subsets of k elements of 0 ... n-1 if there are at most `max_count`, otherwise `max_count` random ones.
std::vector<std::vector<std::int32_t>> subsets(std::int64_t n, std::int64_t k, std::int64_t max_count,
                                               core::Random& random);

// n choose k.
double binomial(std::int64_t n, std::int64_t k);

}  // namespace descent::probe
