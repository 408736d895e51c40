#pragma once
// Two points, or two experiments point by point: differences between runs of the same seed.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"
#include "stats/stats.h"
#include "store/results.h"

namespace descent::claims {

// One side: a plan with its results, and points of it as in a claim, "width=48, norm=batch"; empty for all.
struct Side {
  const plan::Plan& plan;
  const store::Results& results;
  std::string selection;
};

struct Comparison {
  std::string where;                             // the factors whose values both sides share: "width=48"
  std::size_t n = 0;                             // seeds that both have, finished and not diverged
  std::size_t left_out = 0;                      // shared seeds where a run is missing, diverged or without a value
  double a = 0, b = 0;                           // means over those seeds
  std::optional<stats::Description> difference;  // a - b; absent for n = 0
  std::optional<double> effect;                  // Cohen's d_z: mean / sd of the differences; absent where sd is 0
  bool beyond_all = false;                       // 0 lies outside the interval even at 1 - 0.05 / comparisons
};

// `metric` is a number of the language of claims without its selection: "final_test_error",
// "test_error(epoch=10)". InputError for what makes no sense.
std::vector<Comparison> compare(const Side& a, const Side& b, std::string_view metric);

}  // namespace descent::claims
