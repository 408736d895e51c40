#pragma once
// Text and JSON for claims with their verdicts, for comparisons of points, and for `descent best`: the best point by a
// column of summary.csv, with its interval and the points that are not distinguishable from it.

#include <cstddef>
#include <string>
#include <vector>

#include "claims/claims.h"
#include "report/table.h"

namespace descent::report {

struct ClaimCounts {
  std::size_t holds = 0, fails = 0, undecided = 0;

  std::size_t all() const { return holds + fails + undecided; }
  ClaimCounts& add(const std::vector<claims::Judged>& judged);
};

// "6 claims: 5 hold, 1 undecided".
std::string counts_text(const ClaimCounts& counts);

// The measured value with its interval, "0.048 [0.036, 0.061]"; the relation and margin, ">= 0.03"; the sentence of the
// claim, with the points where it is nearest to failing and the reason if it is undecided.
std::string measured_text(const claims::Check& check);
std::string margin_text(const claims::Check& check);
std::string sentence(const claims::Judged& judged, bool references);

// One line per claim: verdict, measured value with its interval, margin, n, sentence.
std::string claims_table(const std::vector<claims::Judged>& judged, const Screen& screen, bool references);

// {"experiment": ..., "holds": 5, ..., "claims": [{"says", "that", "reference", "verdict", "measured", ...}, ...]}
std::string claims_json(const std::string& experiment, const std::vector<claims::Judged>& judged);

// The default metric of comparisons: the final test error, or the loss if there are no classes; the training error or
// loss if there are no test examples.
std::string default_metric(const plan::Plan& plan);

// One line per comparison: where, n, both means, the difference with its 95 % interval, Cohen's d_z; notes below.
std::string comparison_table(const std::vector<claims::Comparison>& comparisons, const Screen& screen);
std::string comparison_json(const std::vector<claims::Comparison>& comparisons);

// `metric` is a column, with or without "final_"; "" for the validation error, or the loss without classes. `over` is a
// factor, whose best value is found for each combination of the others; "" for the best of all points.
// Throws InputError for unknown names, and if there is nothing to select by.
std::string best_text(const store::Results& results, const plan::Plan& plan, const std::string& metric,
                      const std::string& over, const Screen& screen);
std::string best_json(const store::Results& results, const plan::Plan& plan, const std::string& metric,
                      const std::string& over);

}  // namespace descent::report
