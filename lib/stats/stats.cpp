#include "stats/stats.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace descent::stats {
namespace {

// Continued fraction of the incomplete beta function by Lentz's method (Press et al., Numerical Recipes, section 6.4);
// converges fast for x < (a + 1) / (a + b + 2).
double beta_fraction(double a, double b, double x) {
  constexpr double tiny = 1e-300, precision = 1e-16;
  const auto guarded = [](double v) { return std::abs(v) < tiny ? tiny : v; };
  double c = 1, d = 1 / guarded(1 - (a + b) * x / (a + 1)), fraction = d;
  for (int m = 1; m <= 1000; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guarded(1 + even * d);
    c = guarded(1 + even / c);
    fraction *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guarded(1 + odd * d);
    c = guarded(1 + odd / c);
    fraction *= d * c;
    if (std::abs(d * c - 1) < precision) break;
  }
  return fraction;
}

// The regularized incomplete beta function I_x(a, b); `rest` is 1 - x, passed separately for precision.
double incomplete_beta(double a, double b, double x, double rest) {
  const double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log(rest));
  return x < (a + 1) / (a + b + 2) ? front * beta_fraction(a, b, x) / a : 1 - front * beta_fraction(b, a, rest) / b;
}

// P(T > t) for t > 0.
double upper_tail(double t, double df) {
  return 0.5 * incomplete_beta(df / 2, 0.5, df / (df + t * t), t * t / (df + t * t));
}

// The t > 0 with P(T > t) = tail < 0.5.
double upper_quantile(double tail, double df) {
  double low = 0, high = 1;
  while (upper_tail(high, df) > tail) high *= 2;
  for (;;) {  // bisection, to the last bit
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return middle;
    (upper_tail(middle, df) > tail ? low : high) = middle;
  }
}

// Describes the values of a point; nullopt if a run diverged or all are missing.
std::optional<Description> describe_finished(std::vector<double> values) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  if (values.empty() || std::ranges::find(values, INFINITY) != values.end()) return {};
  return describe(values);
}

void set_interval(Description& description, double tail) {
  const double half = half_width(description, tail);
  description.low = description.mean - half;
  description.high = description.mean + half;
}

}  // namespace

double student_t_quantile(double p, double df) {
  if (p == 0.5) return 0;
  const double tail = std::min(p, 1 - p);
  thread_local std::map<std::pair<double, double>, double> cache;  // many intervals share one
  const auto [entry, is_new] = cache.try_emplace({tail, df});
  if (is_new) entry->second = upper_quantile(tail, df);
  return p < 0.5 ? -entry->second : entry->second;
}

double half_width(const Description& description, double tail) {
  if (description.sd.value_or(0) == 0) return 0;
  const double n = static_cast<double>(description.n);
  return -student_t_quantile(tail, n - 1) * *description.sd / std::sqrt(n);
}

Description describe(std::span<const double> values) {
  Description result{values.size(), 0, {}, {}, {}};
  const double n = static_cast<double>(values.size());
  // Centered at the first value, so that equal values have exactly that mean and sd 0.
  for (const double value : values) result.mean += (value - values[0]) / n;
  result.mean += values[0];
  if (values.size() < 2) return result;
  double squares = 0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  result.sd = std::sqrt(squares / (n - 1));
  set_interval(result, 1 - 0.975);
  return result;
}

Description simultaneous(Description description, std::size_t comparisons) {
  if (description.sd) set_interval(description, 0.025 / static_cast<double>(comparisons));
  return description;
}

std::vector<double> pseudo_values(double whole, std::span<const double> without) {
  const double others = static_cast<double>(without.size()) - 1, mean = describe(without).mean;
  std::vector<double> values;
  for (const double value : without) values.push_back(whole + others * (mean - value));
  return values;
}

std::optional<Best> choose_best(const std::vector<std::vector<double>>& values) {
  Best best;
  for (const std::vector<double>& of_point : values) best.points.push_back({describe_finished(of_point), {}, false});
  const auto mean = [](const Candidate& point) { return point.values ? point.values->mean : INFINITY; };
  const auto smallest = std::ranges::min_element(best.points, {}, mean);
  if (smallest == best.points.end() || !smallest->values) return std::nullopt;
  best.chosen = static_cast<std::size_t>(smallest - best.points.begin());
  for (std::size_t i = 0; i < values.size(); ++i) {
    Candidate& candidate = best.points[i];
    if (i == best.chosen || !candidate.values) continue;
    std::vector<double> differences = values[i];
    for (std::size_t seed = 0; seed < differences.size(); ++seed) differences[seed] -= values[best.chosen][seed];
    if (const auto difference = describe_finished(differences))
      candidate.difference = simultaneous(*difference, values.size() - 1);
    candidate.equal = !candidate.difference || !candidate.difference->sd || *candidate.difference->low <= 0;
  }
  return best;
}

}  // namespace descent::stats
