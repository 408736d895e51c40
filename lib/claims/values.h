#pragma once
// The numbers that a program asks of the runs, read from the results folder.

#include <cstddef>
#include <string>
#include <vector>

#include "claims/program.h"
#include "store/results.h"

namespace descent::claims {

using store::RunState;

struct Values {
  std::size_t seeds = 0;
  std::vector<RunState> states;              // by run of the plan: point by point, seeds inside
  std::vector<std::vector<double>> numbers;  // by request, then run; NaN where there is none
};

// One pass over each table that is needed, for all programs together; by program.
std::vector<Values> read_values(const store::Results& results, const plan::Plan& plan,
                                const std::vector<const Program*>& programs);

// What a request makes of the rows of one run.
struct Rows {
  std::vector<double> values, epochs, steps;
  std::vector<std::string> layers;  // of probes
};
double value_along(const Request& request, const Rows& rows);

}  // namespace descent::claims
