#pragma once
// Which of several points has the smallest mean, and which others may have it.

#include <cstddef>
#include <optional>
#include <vector>

#include "stats/stats.h"

namespace descent::stats {

// A point beside the chosen one, over the seeds that both have.
struct Rival {
  std::optional<Description> own;         // of its values; absent where a run diverged or none has finished
  std::optional<Description> difference;  // own - chosen, paired by seed, at 1 - 0.05 / rivals: all intervals together
                                          // hold their true values with 95 %
  bool equal = false;                     // the interval holds 0, or there is none: it cannot be told from the chosen
};

struct Best {
  std::size_t chosen = 0;  // the first of several smallest means
  std::vector<Rival> points;
};

// `values` [points][seeds]: NaN where a run is missing, +infinity where it diverged; such a point is never chosen.
// Nothing where no point can be.
std::optional<Best> choose_best(const std::vector<std::vector<double>>& values);

}  // namespace descent::stats
