#pragma once
// The shape of double descent in a sequence: a minimum, a peak, another minimum.

#include <cstddef>
#include <optional>
#include <span>

namespace descent::stats {

// Positions in the sequence.
struct Peak {
  std::size_t before, peak, after;  // the lowest value before the peak, the peak, the lowest behind it
};

// The inner value that stands out most: the smaller of its heights above the lowest value before and behind
// it is the largest. Nothing where no value lies above both.
std::optional<Peak> find_peak(std::span<const double> values);

}  // namespace descent::stats
