#pragma once
// Comparisons of points, and `descent best`: the best point by a column of summary.csv, how sure that is, and the
// points that may be as good.

#include <string>
#include <string_view>
#include <vector>

#include "claims/claims.h"
#include "report/table.h"

namespace descent::report {

// Whether some point of the plan fills the column of summary.csv.
bool is_filled(std::string_view column, const plan::Plan& plan);

// What is compared by default: the final test error, or the loss where there are no classes; of the training where
// there are no test examples.
std::string usual_metric(const plan::Plan& plan);

// A line per comparison: where, n, both means, the difference with its 95 % interval, Cohen's d_z; notes below.
std::string comparison_table(const std::vector<claims::Comparison>& comparisons, const Screen& screen);
std::string comparison_json(const std::vector<claims::Comparison>& comparisons);

struct BestOptions {
  std::string metric{};  // a column, "final_" may be left out; empty: validation error, or loss without classes
  std::string over{};    // a factor: the best value of it for each value of the others; empty: the best of all points
};

// InputError for names that do not exist and where there is nothing to choose by.
std::string best_text(const store::Results& results, const plan::Plan& plan, const BestOptions& options,
                      const Screen& screen);
std::string best_json(const store::Results& results, const plan::Plan& plan, const BestOptions& options);

}  // namespace descent::report
