#include "stats/best.h"

#include <algorithm>
#include <cmath>

namespace descent::stats {
namespace {

std::optional<Description> own(const std::vector<double>& values) {
  std::vector<double> present;
  for (const double value : values)
    if (!std::isnan(value)) present.push_back(value);
  if (present.empty() || std::ranges::any_of(present, [](double value) { return std::isinf(value); })) return {};
  return describe(present);
}

// Paired, with the interval of so many comparisons together (Bonferroni).
std::optional<Description> difference(const std::vector<double>& a, const std::vector<double>& b, double comparisons) {
  std::vector<double> differences;
  for (std::size_t seed = 0; seed < a.size(); ++seed)
    if (!std::isnan(a[seed]) && !std::isnan(b[seed])) differences.push_back(a[seed] - b[seed]);
  if (differences.empty()) return {};
  Description result = describe(differences);
  if (!result.sd) return result;
  const double half = half_width(result, 0.025 / comparisons);
  result.low = result.mean - half;
  result.high = result.mean + half;
  return result;
}

}  // namespace

std::optional<Best> choose_best(const std::vector<std::vector<double>>& values) {
  Best best;
  for (const std::vector<double>& of_point : values) best.points.push_back({own(of_point), {}, false});
  const auto mean = [](const Rival& point) { return point.own ? point.own->mean : INFINITY; };
  const auto smallest = std::ranges::min_element(best.points, {}, mean);
  if (smallest == best.points.end() || !smallest->own) return std::nullopt;
  best.chosen = static_cast<std::size_t>(smallest - best.points.begin());
  for (std::size_t i = 0; i < values.size(); ++i) {
    Rival& rival = best.points[i];
    if (i == best.chosen || !rival.own) continue;
    rival.difference = difference(values[i], values[best.chosen], static_cast<double>(values.size() - 1));
    rival.equal = !rival.difference || !rival.difference->sd || *rival.difference->low <= 0;
  }
  return best;
}

}  // namespace descent::stats
