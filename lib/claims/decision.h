#pragma once
// Verdicts from differences.

#include "claims/verdict.h"

namespace descent::claims {

// A number less another: of every seed, or of means and their resamples.
struct Difference {
  Level level;
  std::vector<double> by_seed{};     // per_seed
  double value = 0;                  // otherwise
  std::vector<double> replicates{};  // of_means
};

// Fills in measured value, interval and verdict of a check that has its relation and margin; `difference` is
// `measured - margin`, over this number of seeds.
void decide(Check& check, const Difference& difference, std::size_t seeds);

// The worst or the best of several checks, with all of them as its parts.
Check decisive(std::vector<Check> checks, bool worst);

// "2 of 5 runs missing"
std::string counted(std::size_t count, std::size_t all, std::string_view what);

}  // namespace descent::claims
