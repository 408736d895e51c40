#pragma once
// The claims of an experiment: checked against its plan before training, judged on its results. Comparisons of two
// points, or of two experiments point by point, by the differences between runs with the same seed.

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

// From worst to best. `holds`: the 95 % interval lies entirely beyond the margin; `fails`: entirely on the other side.
enum class Verdict { fails, undecided, holds };
std::string_view name_of(Verdict verdict);

struct Check {
  Verdict verdict = Verdict::undecided;
  std::string where{};                  // "lr=0.1" if a claim is about several points
  std::optional<double> measured{};     // absent if runs are missing
  std::optional<double> low{}, high{};  // the interval, if there is one
  Relation relation = Relation::equal;  // claimed between `measured` and `margin`
  double margin = 0;
  std::size_t n = 0;           // seeds
  bool counts_seeds = false;   // `measured` is how many of the n seeds satisfy the statement
  std::string reason{};        // why it is undecided, or failed without a number
  std::vector<Check> parts{};  // all comparisons of a claim with several; the check itself is the decisive one
};

// The verdict on a whole claim, that of its worst entry. `values` are the values of `requests`.
Check judge(const Expression& claim, const Domain& domain, const std::vector<Request>& requests, const Values& values);

// A config::FurtherCheck that adds the mistakes in the claims of the experiment being read.
void check_claims(const config::Document& document, config::Problems& problems);

// The claims of a document, each with its verdict on the results so far. Claims that are invalid for the plan, for
// example about a value that is not swept, are omitted.
struct Judged {
  config::Claim claim;
  Check check;
};
std::vector<Judged> judge_claims(const config::Document& document, const plan::Plan& plan,
                                 const store::Results& results);

// One side of a comparison: a plan with its results, and the points selected as in a claim, "width=48, norm=batch"; ""
// for all.
struct Side {
  const plan::Plan& plan;
  const store::Results& results;
  std::string selection;
};

struct Comparison {
  std::string where;                             // the factors that both sides share, with their values: "width=48"
  std::size_t n = 0;                             // seeds for which both sides have a value
  std::size_t left_out = 0;                      // other common seeds: a run is missing, diverged or without a value
  double a = 0, b = 0;                           // means over those seeds
  std::optional<stats::Description> difference;  // a - b; absent for n = 0
  std::optional<double> effect;                  // Cohen's d_z: mean / sd of the differences; absent if sd is 0
  bool significant = false;                      // the interval excludes 0 even at level 1 - 0.05 / comparisons
};

// `metric` is a column as in claims, without a selection of points: "final_test_error", "test_error(epoch=10)". Throws
// InputError if it is invalid, or if the two sides have no point in common.
std::vector<Comparison> compare(const Side& a, const Side& b, std::string_view metric);

}  // namespace descent::claims
