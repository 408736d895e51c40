#pragma once
// The verdict on a claim by the results.

#include "claims/values.h"

namespace descent::claims {

// From bad to good. `holds`: the 95 % interval lies entirely beyond the margin; `fails`: entirely on the other side.
enum class Verdict { fails, undecided, holds };
std::string_view name_of(Verdict verdict);

struct Check {
  Verdict verdict = Verdict::undecided;
  std::string where{};                  // "lr=0.1" where a claim is about several points
  std::optional<double> measured{};     // absent where runs are missing
  std::optional<double> low{}, high{};  // absent where there is no interval
  Relation relation = Relation::equal;  // of `measured` to `margin`
  double margin = 0;
  std::size_t n = 0;           // seeds
  bool counts_seeds = false;   // `measured` of the n seeds
  std::string reason{};        // why it is undecided, or failed without a number
  std::vector<Check> parts{};  // of claims that compare several times: all of them; this is the decisive one
};

// The verdict on a whole claim: that on its worst entry. `values` are those of `requests`.
Check judge(const Expression& claim, const Domain& domain, const std::vector<Request>& requests, const Values& values);

}  // namespace descent::claims
