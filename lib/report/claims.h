#pragma once
// For people and for programs: claims and their verdicts, comparisons of points, and `descent best`: the best point by
// a column of summary.csv, how sure that is, and the points that may be as good.

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

// What was measured with its interval, "0.048 [0.036, 0.061]"; its relation to the margin, ">= 0.03"; the sentence,
// with the place where it is nearest to failing and why it is undecided.
std::string measured_text(const claims::Check& check);
std::string margin_text(const claims::Check& check);
std::string sentence(const claims::Judged& judged, bool references);

// One line per claim: verdict, what was measured with its interval, the margin, n, the sentence.
std::string claims_table(const std::vector<claims::Judged>& judged, const Screen& screen, bool references);

// {"experiment": ..., "holds": 5, ..., "claims": [{"says", "that", "reference", "verdict", "measured", ...}, ...]}
std::string claims_json(const std::string& experiment, const std::vector<claims::Judged>& judged);

// What is compared by default: the final test error, or the loss where there are no classes; of the training where
// there are no test examples.
std::string usual_metric(const plan::Plan& plan);

// A line per comparison: where, n, both means, the difference with its 95 % interval, Cohen's d_z; notes below.
std::string comparison_table(const std::vector<claims::Comparison>& comparisons, const Screen& screen);
std::string comparison_json(const std::vector<claims::Comparison>& comparisons);

// `metric`: a column, "final_" may be left out; empty: validation error, or loss without classes. `over`: a factor, the
// best value of it for each value of the others; empty: the best of all points.
// InputError for names that do not exist and where there is nothing to choose by.
std::string best_text(const store::Results& results, const plan::Plan& plan, const std::string& metric,
                      const std::string& over, const Screen& screen);
std::string best_json(const store::Results& results, const plan::Plan& plan, const std::string& metric,
                      const std::string& over);

}  // namespace descent::report
