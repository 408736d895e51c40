#pragma once
// Sets of blocks, for lesions and paths.

#include <cstdint>
#include <vector>

#include "core/random.h"

namespace descent::probe {

// All sets of k of 0 ... n-1 if there are at most `most`, else `most` random ones.
std::vector<std::vector<std::int32_t>> subsets(std::int64_t n, std::int64_t k, std::int64_t most, core::Random& random);

// n over k.
double binomial(std::int64_t n, std::int64_t k);

}  // namespace descent::probe
