#pragma once
// Numbers of a claim: of every seed, and estimated from all of them.

#include <map>
#include <optional>
#include <set>

#include "claims/estimate.h"
#include "claims/values.h"

namespace descent::claims {

// The runs that an entry rests on.
struct Runs {
  std::set<std::size_t> asked;     // whether or not they diverged
  std::set<std::size_t> measured;  // by a column that a diverged run does not have
};

class Evaluator {
 public:
  Evaluator(const std::vector<Request>& requests, const Values& values);

  // Without those of entries among which a minimum is taken, where they diverged and others did not: a diverged run is
  // never the best.
  Runs runs(const Expression& node, std::size_t entry) const;

  // By entry, then seed: the number of each seed alone.
  const std::vector<std::vector<double>>& per_seed(const Expression& node);

  // By entry, of all seeds together.
  std::vector<double> statistic(const Expression& node);

  EstimatePointer estimate(const Expression& node, std::size_t entry);

  // Whether a statement holds for the runs of one seed, by entry. Without a value it does not.
  std::vector<bool> holds_for(const Expression& node, std::size_t seed);

 private:
  EstimatePointer make_estimate(const Expression& node, std::size_t entry);

  // The value of one entry from those of the children, value(child, entry of the child). Of one seed, or of all.
  template <class Value>
  double combined(const Expression& node, std::size_t entry, std::optional<std::size_t> seed, const Value& value) const;

  // The entries of the child that an entry of a reduction over points is made from.
  std::vector<std::size_t> members(const Expression& node, std::size_t entry, std::optional<std::size_t> seed) const;
  bool diverged(const Expression& node, std::size_t entry, std::optional<std::size_t> seed) const;

  const std::vector<Request>& requests_;
  const Values& values_;
  bool any_diverged_ = false;
  std::map<const Expression*, std::vector<std::vector<double>>> by_seed_;
  std::map<std::pair<const Expression*, std::size_t>, EstimatePointer> estimates_;
};

// What an entry of a comparison or trend subtracts: an entry of the first child less one of the last, which are the
// same for a trend, each value less the one before it; with a tolerance less all before it.
std::vector<std::pair<std::size_t, std::size_t>> pairs_of(const Expression& node, std::size_t entry);

}  // namespace descent::claims
