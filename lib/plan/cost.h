#pragma once
// What a run costs, without LibTorch: to divide work and to order it, not to promise when it ends.

#include "config/experiment.h"

namespace descent::plan {

// Rough seconds of one run on one core, its evaluations included; a pure function of the experiment.
double run_seconds(const config::Experiment& experiment);

}  // namespace descent::plan
