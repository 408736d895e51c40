#pragma once
// How long a plan will take on this machine.

#include <vector>

#include "plan/plan.h"

namespace descent::train {

// Seconds of one run on an idle machine, per point of the plan, from about `budget_seconds` of training spread over its
// stacks. Training that stops early takes less.
std::vector<double> seconds_per_run(const plan::Plan& plan, double budget_seconds);

}  // namespace descent::train
