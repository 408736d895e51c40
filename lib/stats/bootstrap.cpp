#include "stats/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>

#include "core/random.h"
#include "stats/stats.h"

namespace descent::stats {

const std::vector<std::vector<std::size_t>>& resamples(std::size_t n) {
  static std::mutex mutex;
  static std::map<std::size_t, std::vector<std::vector<std::size_t>>> drawn;
  const std::lock_guard lock(mutex);
  auto& samples = drawn[n];
  if (!samples.empty()) return samples;
  core::Random random(0, n);
  samples.assign(bootstrap_resamples, std::vector<std::size_t>(n));
  for (auto& sample : samples)
    for (std::size_t& index : sample) index = random.below(static_cast<std::uint32_t>(n));
  return samples;
}

std::pair<double, double> expanded_percentile(std::vector<double> replicates, std::size_t n) {
  std::ranges::sort(replicates);
  const double size = static_cast<double>(n), df = size - 1;
  const double z = std::sqrt(size / df) * student_t_quantile(0.975, df);
  const double tail = 0.5 * std::erfc(z / std::sqrt(2.0));
  const auto last = static_cast<double>(replicates.size() - 1);
  const auto low = static_cast<std::size_t>(std::floor(tail * last));
  return {replicates[low], replicates[replicates.size() - 1 - low]};
}

std::vector<double> pseudo_values(double whole, std::span<const double> without) {
  const double others = static_cast<double>(without.size()) - 1, mean = describe(without).mean;
  std::vector<double> values;
  for (const double value : without) values.push_back(whole + others * (mean - value));
  return values;
}

}  // namespace descent::stats
