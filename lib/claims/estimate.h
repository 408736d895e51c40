#pragma once
// Numbers estimated from the runs, with confidence bounds. The largest of several estimated means tends to lie above
// the largest true mean, and resampling the runs adds the same bias again. Bounds of a maximum, a minimum or a position
// are therefore simultaneous bounds of all the means it selects from (Bonferroni; Miller 1981, "Simultaneous
// Statistical Inference", section 2.1), valid whichever is selected.

#include <functional>
#include <memory>
#include <vector>

#include "claims/words.h"

namespace descent::claims {

struct Bounds {
  double low, high;
};

struct Estimate;
using EstimatePointer = std::shared_ptr<const Estimate>;
struct Estimate {
  double value;
  // The true number lies below `low` with a probability of at most `below`, above `high` of at most `above`.
  std::function<Bounds(double below, double above)> bounds;
  std::vector<double> by_seed{};         // of a mean: what it is the mean of
  std::vector<EstimatePointer> parts{};  // of a maximum or minimum: what it is selected from
  bool largest = false;                  // a maximum
};

// The mean of one value per seed; Student's t bounds.
EstimatePointer mean_of(std::vector<double> values);

// The median of one value per seed; bounds are order statistics (sign test), infinite for fewer than six seeds.
EstimatePointer median_over_seeds(std::vector<double> values);

// a + b, a - b, a * b, a / b, a ^ b; means are of the same seeds. Of a maximum it is the maximum of the operation on
// its parts as far as signs are known, so that runs of the same seed stay paired. Of means it is a statistic of all
// seeds together, by the pseudo-values of the jackknife.
EstimatePointer combine(char operation, const EstimatePointer& a, const EstimatePointer& b);

// Of functions that increase.
EstimatePointer transform(double (*function)(double), const EstimatePointer& a);

// Reduces one part or more over a factor, whose values are `positions`.
EstimatePointer reduce(std::string_view reduction, std::vector<EstimatePointer> parts, std::vector<double> positions);

// Where the parts first compare so with 0; see crossing().
EstimatePointer first_crossing(std::vector<EstimatePointer> parts, std::vector<double> positions, Relation relation);

double calculate(char operation, double a, double b);

}  // namespace descent::claims
