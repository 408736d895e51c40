#include "probe/subsets.h"

#include <algorithm>

namespace descent::probe {

double binomial(std::int64_t n, std::int64_t k) {
  double value = 1;
  for (std::int64_t i = 0; i < k; ++i) value = value * static_cast<double>(n - i) / static_cast<double>(i + 1);
  return value;
}

std::vector<std::vector<std::int32_t>> subsets(std::int64_t n, std::int64_t k, std::int64_t max_count,
                                               core::Random& random) {
  std::vector<std::vector<std::int32_t>> sets;
  std::vector<std::int32_t> order;
  if (binomial(n, k) > static_cast<double>(max_count)) {
    while (static_cast<std::int64_t>(sets.size()) < max_count) {
      core::permute(random, n, order);
      sets.emplace_back(order.begin(), order.begin() + k);
    }
    return sets;
  }
  std::vector<bool> chosen(static_cast<std::size_t>(n));
  std::fill_n(chosen.begin(), k, true);
  do {
    std::vector<std::int32_t>& set = sets.emplace_back();
    for (std::int64_t i = 0; i < n; ++i)
      if (chosen[static_cast<std::size_t>(i)]) set.push_back(static_cast<std::int32_t>(i));
  } while (std::prev_permutation(chosen.begin(), chosen.end()));
  return sets;
}

}  // namespace descent::probe
