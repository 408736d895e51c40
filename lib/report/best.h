#pragma once
// `descent best`: the best point by a column of summary.csv, how sure that is, and the points that may be as good.

#include <string>

#include "plan/plan.h"
#include "report/terminal.h"
#include "store/results.h"

namespace descent::report {

struct BestOptions {
  std::string metric{};  // a column, "final_" may be left out; empty: validation error, or loss without classes
  std::string over{};    // a factor: the best value of it for each value of the others; empty: the best of all points
};

// InputError for names that do not exist and where there is nothing to choose by.
std::string best_text(const store::Results& results, const plan::Plan& plan, const BestOptions& options,
                      const Screen& screen);
std::string best_json(const store::Results& results, const plan::Plan& plan, const BestOptions& options);

}  // namespace descent::report
