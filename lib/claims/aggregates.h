#pragma once
// Numbers of several runs together, ensembles.csv and bias_variance.csv, told run by run: the mean over a
// point's runs is the number, their spread says how far to trust it (stats::pseudo_values).

#include <vector>

#include "claims/values.h"

namespace descent::claims {

// Fills in what the programs ask of them.
void read_aggregates(const store::Results& results, const plan::Plan& plan,
                     const std::vector<const Program*>& programs, std::vector<Values>& values);

}  // namespace descent::claims
