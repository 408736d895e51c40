#pragma once
// Estimates the training time of a plan on this machine.

#include <vector>

#include "plan/plan.h"

namespace descent::train {

// Seconds of one run on an idle machine, for each point of the plan, measured in about `budget_seconds` of training on
// a sample of its stacks. Early stopping is not taken into account.
std::vector<double> seconds_per_run(const plan::Plan& plan, double budget_seconds);

}  // namespace descent::train
