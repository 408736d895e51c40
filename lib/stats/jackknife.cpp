#include "stats/jackknife.h"

#include "stats/stats.h"

namespace descent::stats {

std::vector<double> pseudo_values(double whole, std::span<const double> without) {
  const double others = static_cast<double>(without.size()) - 1, mean = describe(without).mean;
  std::vector<double> values;
  for (const double value : without) values.push_back(whole + others * (mean - value));
  return values;
}

}  // namespace descent::stats
