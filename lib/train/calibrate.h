#pragma once
// How long a plan will take on this machine.

#include <vector>

#include "plan/plan.h"

namespace descent::train {

// Seconds of one run, per point of the plan, from about `budget_seconds` of training spread over the points' shapes.
std::vector<double> seconds_per_run(const plan::Plan& plan, double budget_seconds);

}  // namespace descent::train
