#pragma once
// Confidence intervals of statistics other than means, from resampled runs.

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace descent::stats {

inline constexpr std::size_t bootstrap_resamples = 2000;
inline constexpr std::size_t least_for_bootstrap = 5;  // with fewer, 2000 resamples repeat a handful of values

// Samples of the indices 0 ... n-1, drawn with replacement; always the same ones for the same n.
const std::vector<std::vector<std::size_t>>& resamples(std::size_t n);

// The 95 % expanded percentile interval (Hesterberg 2015, "What teachers should know about the bootstrap",
// section 5.3): percentiles widened as Student's t is wider than the normal and n - 1 less than n. Without
// the widening small samples give intervals that are too short. `replicates` are values of the statistic,
// infinities included.
std::pair<double, double> expanded_percentile(std::vector<double> replicates, std::size_t n);

// A statistic of a whole sample, as one value per member: the mean is `whole`, the spread that of the statistic
// times sqrt(n). The jackknife's pseudo-values (Tukey 1958; Efron and Tibshirani 1993, chapter 11), moved to
// that mean; `without[i]` is the statistic of all but member i.
std::vector<double> pseudo_values(double whole, std::span<const double> without);

}  // namespace descent::stats
