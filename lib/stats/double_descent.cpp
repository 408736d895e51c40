#include "stats/double_descent.h"

#include <algorithm>

namespace descent::stats {

std::optional<Peak> find_peak(std::span<const double> values) {
  std::optional<Peak> found;
  double largest = 0;
  for (std::size_t i = 1; i + 1 < values.size(); ++i) {
    const auto before = std::min_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(i));
    const auto after = std::min_element(values.begin() + static_cast<std::ptrdiff_t>(i) + 1, values.end());
    const double prominence = values[i] - std::max(*before, *after);
    if (!(prominence > largest)) continue;
    largest = prominence;
    found = Peak{static_cast<std::size_t>(before - values.begin()), i,
                 static_cast<std::size_t>(after - values.begin())};
  }
  return found;
}

}  // namespace descent::stats
