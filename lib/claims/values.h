#pragma once
// The numbers that claims need of the runs, read from the results folder.

#include "claims/expression.h"
#include "store/results.h"

namespace descent::claims {

using store::RunState;

struct Values {
  std::size_t seeds = 0;
  std::vector<RunState> states;              // by run of the plan: point by point, seeds inside
  std::vector<std::vector<double>> numbers;  // by request, then run; NaN where there is none
};

// One pass over each table that is needed.
Values read_values(const store::Results& results, const plan::Plan& plan, const std::vector<Request>& requests);

}  // namespace descent::claims
