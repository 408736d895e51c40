#pragma once
// Comparisons for people and for programs.

#include <string>
#include <vector>

#include "claims/compare.h"

namespace descent::report {

// A line per comparison: where, n, both means, the difference with its 95 % interval, Cohen's d_z; notes below.
std::string comparison_table(const std::vector<claims::Comparison>& comparisons, bool color);
std::string comparison_json(const std::vector<claims::Comparison>& comparisons);

}  // namespace descent::report
