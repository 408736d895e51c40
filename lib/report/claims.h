#pragma once
// Claims and their verdicts, for people and for programs.

#include <cstddef>
#include <string>
#include <vector>

#include "claims/claims.h"
#include "report/table.h"

namespace descent::report {

struct ClaimCounts {
  std::size_t holds = 0, fails = 0, undecided = 0;

  std::size_t all() const { return holds + fails + undecided; }
  void add(const std::vector<claims::Judged>& judged);
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

}  // namespace descent::report
