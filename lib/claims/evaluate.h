#pragma once
// The numbers that claims need of the runs, read from the results folder; the numbers of a claim: of every seed, and
// estimated from all of them.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "claims/expression.h"
#include "store/results.h"

namespace descent::claims {

using store::RunState;

struct Values {
  std::size_t seeds = 0;
  std::vector<RunState> states;              // by run of the plan: point by point, seeds inside
  std::vector<std::vector<double>> numbers;  // by request, then run; NaN where there is none
};

// One pass over each table that is needed.
Values read_values(const store::Results& results, const plan::Plan& plan, const std::vector<Request>& requests);

// Numbers estimated from the runs, with confidence bounds. The largest of several estimated means tends to lie above
// the largest true mean, and resampling the runs adds the same bias again. Bounds of a maximum, a minimum or a position
// are therefore simultaneous bounds of all the means it selects from (Bonferroni; Miller 1981, "Simultaneous
// Statistical Inference", section 2.1), valid whichever is selected.
struct Bounds {
  double low, high;
};

struct Estimate;
using EstimatePointer = std::shared_ptr<const Estimate>;
struct Estimate {
  double value;
  // The true number lies below `low` with a probability of at most `below`, above `high` of at most `above`.
  std::function<Bounds(double below, double above)> bounds;
  std::vector<double> by_seed{};         // of a mean: what it is the mean of
  std::vector<EstimatePointer> parts{};  // of a maximum or minimum: what it is selected from
  bool largest = false;                  // a maximum
};

// The mean of one value per seed; Student's t bounds.
EstimatePointer mean_of(std::vector<double> values);

// The median of one value per seed; bounds are order statistics (sign test), infinite for fewer than six seeds.
EstimatePointer median_over_seeds(std::vector<double> values);

// a + b, a - b, a * b, a / b, a ^ b; means are of the same seeds. Of a maximum it is the maximum of the operation on
// its parts as far as signs are known, so that runs of the same seed stay paired. Of means it is a statistic of all
// seeds together, by the pseudo-values of the jackknife.
EstimatePointer combine(char operation, const EstimatePointer& a, const EstimatePointer& b);

// Of functions that increase.
EstimatePointer transform(double (*function)(double), const EstimatePointer& a);

// Reduces one part or more over a factor, whose values are `positions`.
EstimatePointer reduce(std::string_view reduction, std::vector<EstimatePointer> parts, std::vector<double> positions);

// Where the parts first compare so with 0; see crossing().
EstimatePointer first_crossing(std::vector<EstimatePointer> parts, std::vector<double> positions, Relation relation);

double calculate(char operation, double a, double b);

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

  // Of level plain it has no bounds.
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
