#pragma once
// Means and their 95 % confidence intervals by Student's t distribution; which of several points has the smallest mean.

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace descent::stats {

// The quantile of Student's t distribution with `df` > 0 degrees of freedom, 0 < p < 1.
double student_t_quantile(double p, double df);

// A sample in four numbers. One value has no sd and no interval.
struct Description {
  std::size_t n = 0;
  double mean = 0;
  std::optional<double> sd;         // with n - 1
  std::optional<double> low, high;  // mean -+ t(0.975, n - 1) sd / sqrt(n)
};

// How far Student's t bound of the mean lies from it that leaves this probability beyond; 0 < tail < 0.5. 0 without sd.
double half_width(const Description& description, double tail);

// `values` must not be empty.
Description describe(std::span<const double> values);

// The same sample with an interval that holds its true mean together with those of all `comparisons` (Bonferroni).
Description simultaneous(Description description, std::size_t comparisons);

// A statistic of a whole sample, as one value per member: the mean is `whole`, the spread that of the statistic
// times sqrt(n). The jackknife's pseudo-values (Tukey 1958; Efron and Tibshirani 1993, chapter 11), moved to
// that mean; `without[i]` is the statistic of all but member i.
std::vector<double> pseudo_values(double whole, std::span<const double> without);

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
