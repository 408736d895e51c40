#pragma once
// Estimates the training time of a run without LibTorch, to divide and order the work.

#include "config/experiment.h"

namespace descent::plan {

// The estimated seconds of a run on one core, including evaluations; depends on the experiment alone.
double run_seconds(const config::Experiment& experiment);

}  // namespace descent::plan
