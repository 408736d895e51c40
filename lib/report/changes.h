#pragma once
// What a changed experiment means for the results that are there.

#include <string>

#include "config/read.h"
#include "plan/plan.h"
#include "store/results.h"

namespace descent::report {

// "train.epochs: 20 -> 30 changes 18 finished runs; ..." compared with the experiment that the folder holds; empty
// where no finished run is lost by a changed key.
std::string changes_text(const store::Results& results, const config::Document& now, const plan::Plan& plan);

}  // namespace descent::report
