#pragma once
// Numbers of several runs together, of ensembles.csv and bias_variance.csv, as numbers of single runs: the mean over a
// point's runs is the number, their spread says how certain it is (stats::pseudo_values).

#include "claims/values.h"

namespace descent::claims {

// Fills in what the requests need of them.
void read_aggregates(const store::Results& results, const plan::Plan& plan, const std::vector<Request>& requests,
                     Values& values);

}  // namespace descent::claims
