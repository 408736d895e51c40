#pragma once
// What the results say of a claim.

#include "claims/values.h"

namespace descent::claims {

// From bad to good. `holds`: the 95 % interval lies wholly beyond the margin; `fails`: wholly short of it.
enum class Verdict { fails, undecided, holds };
std::string_view name_of(Verdict verdict);

struct Check {
  Verdict verdict = Verdict::undecided;
  std::string where{};                  // "lr=0.1" where a claim speaks of several points
  std::optional<double> measured{};     // absent where runs are missing
  std::optional<double> low{}, high{};  // absent where there is no interval
  Relation relation = Relation::equal;  // of `measured` to `margin`
  double margin = 0;
  std::size_t n = 0;          // seeds
  bool counts_seeds = false;  // `measured` of the n seeds
  std::string reason{};       // why it is undecided, or what failed beside numbers
  std::vector<Check> parts{};  // of claims that compare several times: all of them; this is the decisive one
};

// The verdict on a whole claim: that on its worst entry. `values` are those of `requests`.
Check judge(const Node& claim, const Domain& domain, const std::vector<Request>& requests, const Values& values);

}  // namespace descent::claims
