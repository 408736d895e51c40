#pragma once
// Means and their 95 % confidence intervals by Student's t distribution.

#include <cstddef>
#include <optional>
#include <span>

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

}  // namespace descent::stats
