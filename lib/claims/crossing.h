#pragma once
// Where a sequence first crosses 0.

#include <cstddef>
#include <limits>
#include <span>

#include "claims/syntax.h"

namespace descent::claims {

// The first position at which `values` compare so with 0, interpolated linearly from the one before it; infinite where
// they never do.
inline double crossing(std::span<const double> values, std::span<const double> positions, Relation relation) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!holds(relation, values[i], 0)) continue;
    if (i == 0) return positions[0];
    const double share = values[i - 1] / (values[i - 1] - values[i]);
    return positions[i - 1] + share * (positions[i] - positions[i - 1]);
  }
  return std::numeric_limits<double>::infinity();
}

}  // namespace descent::claims
