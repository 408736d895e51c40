#include "claims/evaluate.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "stats/stats.h"

namespace descent::claims {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t max_means = 10'000;  // in a maximum of maxima; with more, its operands are bounded separately

using Parts = std::vector<EstimatePointer>;
using Numbers = std::vector<double>;

// The leave-one-out means, by seed.
Numbers without_each_seed(const Estimate& mean) {
  const double others = static_cast<double>(mean.by_seed.size()) - 1;
  Numbers means;
  for (const double left_out : mean.by_seed)
    means.push_back(mean.value - (others > 0 ? (left_out - mean.value) / others : 0));
  return means;
}

bool is_mean(const Estimate& estimate) { return !estimate.by_seed.empty(); }
bool is_extreme(const Estimate& estimate) { return !estimate.parts.empty(); }
bool is_constant(const Estimate& estimate) {
  return is_mean(estimate) && stats::describe(estimate.by_seed).sd.value_or(0) == 0;
}

EstimatePointer estimate_of(double value, std::function<Bounds(double, double)> bounds) {
  return std::make_shared<const Estimate>(Estimate{value, std::move(bounds)});
}

// The largest k <= n / 2 with P(fewer than k of n values lie below the median) <= tail.
std::size_t rank_of(double tail, std::size_t count) {
  const double n = static_cast<double>(count);
  double probability = std::pow(0.5, n), sum = probability;
  std::size_t rank = 0;
  while (sum <= tail && 2 * (rank + 1) <= count) {
    ++rank;
    probability *= (n - static_cast<double>(rank) + 1) / static_cast<double>(rank);
    sum += probability;
  }
  return rank;
}

// The tail probability of each part by Bonferroni.
double share(double tail, const Parts& parts) { return tail / static_cast<double>(parts.size()); }

Numbers values_of(const Parts& parts) {
  Numbers values;
  for (const EstimatePointer& part : parts) values.push_back(part->value);
  return values;
}

bool are_defined(const Numbers& values) {
  return std::ranges::none_of(values, [](double value) { return std::isnan(value); });
}

double reduced(std::string_view reduction, const Numbers& values, const Numbers& positions = {}) {
  return are_defined(values) ? find_reduction(reduction)->apply(values, positions) : std::nan("");
}

// Applies `statistic` to the lower bounds of all parts and to their upper bounds.
template <class Statistic>
Bounds bounds_by(const Parts& parts, double below, double above, const Statistic& statistic) {
  Numbers lows, highs;
  for (const EstimatePointer& part : parts) {
    const auto [low, high] = part->bounds(below, above);
    lows.push_back(low);
    highs.push_back(high);
  }
  return {statistic(lows), statistic(highs)};
}

// The largest or smallest part. The upper bound of a maximum fails only if that of the truly largest part does, its
// lower bound if that of any part does, so that only the latter share their tail.
EstimatePointer extreme_of(const Parts& parts, bool largest) {
  const auto select = [largest](const Numbers& values) { return reduced(largest ? "max" : "min", values); };
  const auto bounds = [=](double below, double above) {
    return bounds_by(parts, largest ? share(below, parts) : below, largest ? above : share(above, parts), select);
  };
  return std::make_shared<const Estimate>(Estimate{select(values_of(parts)), bounds, {}, parts, largest});
}

EstimatePointer median_of(const Parts& parts) {
  const auto median = [](const Numbers& values) { return reduced("median", values); };
  return estimate_of(median(values_of(parts)), [=](double below, double above) {
    return bounds_by(parts, share(below, parts), share(above, parts), median);
  });
}

// The position of the largest or smallest part. Its bounds span the positions whose part no other part is known to
// exceed (or undercut) by paired differences.
EstimatePointer position_of(const Parts& parts, const Numbers& positions, bool largest) {
  const auto candidates = [=](double tail) {
    const double each = tail / std::max(1.0, static_cast<double>(parts.size()) - 1);
    Numbers found;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto beats = [&](const EstimatePointer& other) {
        return other != parts[i] &&
               combine('-', largest ? other : parts[i], largest ? parts[i] : other)->bounds(each, each).low > 0;
      };
      if (std::ranges::none_of(parts, beats)) found.push_back(positions[i]);
    }
    return found;
  };
  return estimate_of(reduced(largest ? "argmax" : "argmin", values_of(parts), positions),
                     [=](double below, double above) {
                       return Bounds{reduced("min", candidates(below)), reduced("max", candidates(above))};
                     });
}

// Interval arithmetic: the operation is monotone in each operand, so its extremes are at the corners.
EstimatePointer operation_on(char operation, const EstimatePointer& a, const EstimatePointer& b) {
  const bool one_varies = is_constant(*a) || is_constant(*b), is_sum = operation == '+' || operation == '-';
  const double shares = one_varies ? 1 : is_sum ? 2 : 4;  // bounds that a bound of the result depends on
  return estimate_of(calculate(operation, a->value, b->value), [=](double below, double above) -> Bounds {
    if (!is_sum) below = above = std::min(below, above);
    const bool subtracts = operation == '-';
    const Bounds left = a->bounds(below / shares, above / shares),
                 right = b->bounds((subtracts ? above : below) / shares, (subtracts ? below : above) / shares);
    const Numbers corners{calculate(operation, left.low, right.low), calculate(operation, left.low, right.high),
                          calculate(operation, left.high, right.low), calculate(operation, left.high, right.high)};
    const bool defined = operation == '/' ? right.low * right.high > 0 : operation != '^' || left.low > 0;
    if (!defined || !are_defined(corners)) return {-infinity, infinity};
    return {std::ranges::min(corners), std::ranges::max(corners)};
  });
}

// The number of means in the estimate; more than max_means if it contains other estimates.
std::size_t count_means(const EstimatePointer& estimate) {
  if (is_mean(*estimate)) return 1;
  if (!is_extreme(*estimate)) return max_means + 1;
  std::size_t count = 0;
  for (const EstimatePointer& part : estimate->parts) count = std::min(count + count_means(part), max_means + 1);
  return count;
}

// -1 or 1 if all means in the estimate have this sign, whichever seed is left out; 0 if unknown.
int sign_of(const EstimatePointer& estimate) {
  if (is_mean(*estimate)) {
    const Numbers means = without_each_seed(*estimate);
    if (std::ranges::all_of(means, [](double value) { return value > 0; })) return 1;
    return std::ranges::all_of(means, [](double value) { return value < 0; }) ? -1 : 0;
  }
  if (!is_extreme(*estimate)) return 0;
  const int sign = sign_of(estimate->parts[0]);
  const auto agrees = [&](const EstimatePointer& part) { return sign_of(part) == sign; };
  return std::ranges::all_of(estimate->parts, agrees) ? sign : 0;
}

// 1 if the operation increases with its left (or right) operand, -1 if it decreases; 0 if unknown.
int slope(char operation, const EstimatePointer& a, const EstimatePointer& b, bool left) {
  if (operation == '+' || (operation == '-' && left)) return 1;
  if (operation == '-') return -1;
  if (operation == '^') return 0;
  if (left) return sign_of(b);
  return operation == '*' ? sign_of(a) : -sign_of(a) * std::abs(sign_of(b));
}

}  // namespace

double calculate(char operation, double a, double b) {
  if (operation == '+') return a + b;
  if (operation == '-') return a - b;
  if (operation == '*') return a * b;
  return operation == '/' ? a / b : std::pow(a, b);
}

EstimatePointer mean_of(std::vector<double> values) {
  const stats::Description description = stats::describe(values);
  const auto bounds = [description](double below, double above) {
    return Bounds{description.mean - stats::half_width(description, below),
                  description.mean + stats::half_width(description, above)};
  };
  return std::make_shared<const Estimate>(Estimate{description.mean, bounds, std::move(values)});
}

EstimatePointer median_over_seeds(std::vector<double> values) {
  if (!are_defined(values)) return mean_of(std::move(values));
  std::ranges::sort(values);
  return estimate_of(reduced("median", values), [values](double below, double above) {
    const std::size_t low = rank_of(below, values.size()), high = rank_of(above, values.size());
    return Bounds{low == 0 ? -infinity : values[low - 1], high == 0 ? infinity : values[values.size() - high]};
  });
}

EstimatePointer combine(char operation, const EstimatePointer& a, const EstimatePointer& b) {
  if (is_mean(*a) && is_mean(*b)) {
    const bool is_linear = operation == '+' || operation == '-';
    Numbers values = is_linear ? a->by_seed : without_each_seed(*a);
    const Numbers others = is_linear ? b->by_seed : without_each_seed(*b);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = calculate(operation, values[i], others[i]);
    if (is_linear) return mean_of(std::move(values));
    return mean_of(stats::pseudo_values(calculate(operation, a->value, b->value), values));
  }
  if (count_means(a) * count_means(b) > max_means) return operation_on(operation, a, b);
  for (const bool of_left : {true, false}) {
    const Estimate& extreme = of_left ? *a : *b;
    const int sign = is_extreme(extreme) ? slope(operation, a, b, of_left) : 0;
    if (sign == 0) continue;
    Parts parts;
    for (const EstimatePointer& part : extreme.parts)
      parts.push_back(of_left ? combine(operation, part, b) : combine(operation, a, part));
    return extreme_of(parts, extreme.largest == (sign > 0));
  }
  return operation_on(operation, a, b);
}

EstimatePointer transform(double (*function)(double), const EstimatePointer& a) {
  if (is_mean(*a)) {
    Numbers without = without_each_seed(*a);
    for (double& value : without) value = function(value);
    return mean_of(stats::pseudo_values(function(a->value), without));
  }
  return estimate_of(function(a->value), [=](double below, double above) {
    const auto [low, high] = a->bounds(below, above);
    const Bounds result{function(low), function(high)};
    return Bounds{std::isnan(result.low) ? -infinity : result.low, std::isnan(result.high) ? infinity : result.high};
  });
}

EstimatePointer reduce(std::string_view reduction, std::vector<EstimatePointer> parts, std::vector<double> positions) {
  if (reduction == "max" || reduction == "min") return extreme_of(parts, reduction == "max");
  if (reduction == "median") return median_of(parts);
  if (reduction == "argmax" || reduction == "argmin") return position_of(parts, positions, reduction == "argmax");
  EstimatePointer sum = parts[0];
  for (std::size_t i = 1; i < parts.size(); ++i) sum = combine('+', sum, parts[i]);
  return sum;
}

// A lower curve falls below 0 no later than a higher one. The bound of the earliest crossing depends on the two parts
// around the true crossing, that of the latest on all parts.
EstimatePointer first_crossing(std::vector<EstimatePointer> parts, std::vector<double> positions, Relation relation) {
  const auto position = [=](const Numbers& values) { return crossing(values, positions, relation); };
  const Numbers values = values_of(parts);
  return estimate_of(std::isnan(reduced("sum", values)) ? std::nan("") : position(values),
                     [=](double below, double above) {
                       const bool falls = relation == Relation::less || relation == Relation::at_most;
                       const double early = std::max(below / 2, share(below, parts)), late = share(above, parts);
                       const Bounds bounds = bounds_by(parts, falls ? early : late, falls ? late : early, position);
                       return falls ? bounds : Bounds{bounds.high, bounds.low};
                     });
}

}  // namespace descent::claims
