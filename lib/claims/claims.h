#pragma once
// The claims of an experiment: checked against its plan before anything is trained, judged on its results. Comparisons
// of two points, or of two experiments point by point: differences between runs of the same seed.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "claims/evaluate.h"
#include "config/read.h"
#include "config/reader.h"
#include "stats/stats.h"

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

// One side: a plan with its results, and points of it as in a claim, "width=48, norm=batch"; empty for all.
struct Side {
  const plan::Plan& plan;
  const store::Results& results;
  std::string selection;
};

struct Comparison {
  std::string where;                             // the factors whose values both sides share: "width=48"
  std::size_t n = 0;                             // seeds that both have, finished and not diverged
  std::size_t left_out = 0;                      // shared seeds where a run is missing, diverged or without a value
  double a = 0, b = 0;                           // means over those seeds
  std::optional<stats::Description> difference;  // a - b; absent for n = 0
  std::optional<double> effect;                  // Cohen's d_z: mean / sd of the differences; absent where sd is 0
  bool beyond_all = false;                       // 0 lies outside the interval even at 1 - 0.05 / comparisons
};

// `metric` is a number of the language of claims without its selection: "final_test_error",
// "test_error(epoch=10)". InputError for what makes no sense.
std::vector<Comparison> compare(const Side& a, const Side& b, std::string_view metric);

}  // namespace descent::claims
