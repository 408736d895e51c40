#pragma once
// Verdicts from differences.

#include "claims/estimate.h"
#include "claims/verdict.h"

namespace descent::claims {

// A number less another.
struct Difference {
  Level level;
  std::vector<double> by_seed{};  // per_seed
  double value = 0;               // plain
  EstimatePointer estimate{};     // per_seed and of_means
};

// The probabilities, at most, that a statement which is false at its margin is said to hold, and that a true one is
// said to fail. Statements of several share them out, since any of their parts may err.
struct Tails {
  double holds = 0.025, fails = 0.025;
};

// Fills in measured value, interval and verdict of a check that has its relation and margin; `difference` is
// `measured - margin`, over this number of seeds.
void decide(Check& check, const Difference& difference, std::size_t seeds, const Tails& tails);

// The worst or the best of several checks, with all of them as its parts.
Check decisive(std::vector<Check> checks, bool worst);

// "2 of 5 runs missing"
std::string counted(std::size_t count, std::size_t all, std::string_view what);

}  // namespace descent::claims
