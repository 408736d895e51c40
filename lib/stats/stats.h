#pragma once
// Means and their 95 % confidence intervals by Student's t distribution; the best of several points.

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace descent::stats {

// The p-quantile of Student's t distribution with `df` > 0 degrees of freedom, 0 < p < 1.
double student_t_quantile(double p, double df);

// Summary of a sample. A single value has no sd and no interval.
struct Description {
  std::size_t n = 0;
  double mean = 0;
  std::optional<double> sd;         // with n - 1
  std::optional<double> low, high;  // mean -+ t(0.975, n - 1) sd / sqrt(n)
};

// Distance from the mean to its one-sided confidence bound at level 1 - tail, 0 < tail < 0.5; 0 without sd.
double half_width(const Description& description, double tail);

// `values` must not be empty.
Description describe(std::span<const double> values);

// The description with its interval widened so that `comparisons` such intervals hold simultaneously (Bonferroni).
Description simultaneous(Description description, std::size_t comparisons);

// Jackknife pseudo-values of a statistic, one per member of the sample (Tukey 1958; Efron and Tibshirani 1993, chapter
// 11), shifted to the mean `whole`, the statistic of the whole sample; `without[i]` is the statistic without member i.
std::vector<double> pseudo_values(double whole, std::span<const double> without);

// A point compared with the best one, over the seeds that both have.
struct Candidate {
  std::optional<Description> values;      // absent if a run diverged or none has finished
  std::optional<Description> difference;  // from the best point, paired by seed; the intervals of all candidates hold
                                          // simultaneously at 95 %
  bool equal = false;                     // not distinguishable from the best: the interval holds 0, or there is none
};

struct Best {
  std::size_t chosen = 0;  // the point with the smallest mean, the first one of ties
  std::vector<Candidate> points;
};

// `values` [points][seeds]: NaN if a run is missing, +infinity if it diverged; a point with a diverged run is never
// chosen. Returns nullopt if no point can be.
std::optional<Best> choose_best(const std::vector<std::vector<double>>& values);

}  // namespace descent::stats
