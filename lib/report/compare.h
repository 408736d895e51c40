#pragma once
// Comparisons for people and for programs.

#include <string>
#include <string_view>
#include <vector>

#include "claims/compare.h"
#include "report/terminal.h"

namespace descent::report {

// Whether some point of the plan fills the column of summary.csv.
bool is_filled(std::string_view column, const plan::Plan& plan);

// What is compared by default: the final test error, or the loss where there are no classes; of the training where
// there are no test examples.
std::string usual_metric(const plan::Plan& plan);

// A line per comparison: where, n, both means, the difference with its 95 % interval, Cohen's d_z; notes below.
std::string comparison_table(const std::vector<claims::Comparison>& comparisons, const Screen& screen);
std::string comparison_json(const std::vector<claims::Comparison>& comparisons);

}  // namespace descent::report
