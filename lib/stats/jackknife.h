#pragma once
// How certain a statistic of a whole sample is.

#include <span>
#include <vector>

namespace descent::stats {

// A statistic of a whole sample, as one value per member: the mean is `whole`, the spread that of the statistic
// times sqrt(n). The jackknife's pseudo-values (Tukey 1958; Efron and Tibshirani 1993, chapter 11), moved to
// that mean; `without[i]` is the statistic of all but member i.
std::vector<double> pseudo_values(double whole, std::span<const double> without);

}  // namespace descent::stats
