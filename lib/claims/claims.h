#pragma once
// The claims of an experiment: checked against its plan before anything is trained, judged on its results.

#include <string>
#include <vector>

#include "claims/values.h"
#include "config/read.h"
#include "config/reader.h"
#include "store/results.h"

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

// Adds the mistakes in the claims of an experiment that is being read; a config::FurtherCheck.
void check_claims(const config::Document& document, config::Problems& problems);

// The claims of a document, each with its verdict on the results so far; without those that make no sense for its plan,
// such as of a swept value that is not there.
struct Judged {
  config::Claim claim;
  Check check;
};
std::vector<Judged> judge_claims(const config::Document& document, const plan::Plan& plan,
                                 const store::Results& results);

}  // namespace descent::claims
