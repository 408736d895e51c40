#pragma once
// Evaluates claims: reads the values they need from the results folder and computes their numbers, for each seed and as
// estimates from all seeds.

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
  std::vector<std::vector<double>> numbers;  // by request, then run; NaN without a value
};

// Reads each table that is needed once.
Values read_values(const store::Results& results, const plan::Plan& plan, const std::vector<Request>& requests);

// Estimates with confidence bounds. The largest of several estimated means is biased upwards, and resampling the runs
// adds the same bias again. The bounds of a maximum, a minimum or a position are therefore simultaneous bounds of all
// the means that it selects from (Bonferroni; Miller 1981, "Simultaneous Statistical Inference", section 2.1), valid
// whichever mean is selected.
struct Bounds {
  double low, high;
};

struct Estimate;
using EstimatePointer = std::shared_ptr<const Estimate>;
struct Estimate {
  double value;
  // The true value lies below `low` with probability at most `below`, and above `high` with at most `above`.
  std::function<Bounds(double below, double above)> bounds;
  std::vector<double> by_seed{};         // of a mean: the values that it averages
  std::vector<EstimatePointer> parts{};  // of a maximum or minimum: the estimates that it selects from
  bool largest = false;                  // a maximum
};

// The mean of one value per seed; Student's t bounds.
EstimatePointer mean_of(std::vector<double> values);

// The median of one value per seed; bounds are order statistics (sign test), infinite for fewer than six seeds.
EstimatePointer median_over_seeds(std::vector<double> values);

// a + b, a - b, a * b, a / b or a ^ b, with means over the same seeds. An operation on a maximum is applied to its
// parts if their signs are known, so that runs of the same seed stay paired. A nonlinear operation on means is bounded
// by the jackknife.
EstimatePointer combine(char operation, const EstimatePointer& a, const EstimatePointer& b);

// Applies an increasing function.
EstimatePointer transform(double (*function)(double), const EstimatePointer& a);

// Reduces at least one part over a factor whose values are `positions`.
EstimatePointer reduce(std::string_view reduction, std::vector<EstimatePointer> parts, std::vector<double> positions);

// The position at which the parts first have this relation to 0; see crossing().
EstimatePointer first_crossing(std::vector<EstimatePointer> parts, std::vector<double> positions, Relation relation);

double calculate(char operation, double a, double b);

// The runs that an entry depends on.
struct Runs {
  std::set<std::size_t> queried;   // by diverged(...), which has a value for every finished run
  std::set<std::size_t> measured;  // by other columns, which diverged runs lack
};

class Evaluator {
 public:
  Evaluator(const std::vector<Request>& requests, const Values& values);

  // A minimum ignores entries with diverged runs, unless all have them: a diverged run is never the best.
  Runs runs(const Expression& node, std::size_t entry) const;

  // The number of each seed alone, by entry, then seed.
  const std::vector<std::vector<double>>& per_seed(const Expression& node);

  // An estimate of level exact has no bounds.
  EstimatePointer estimate(const Expression& node, std::size_t entry);

  // True by entry if a statement holds for the runs of one seed; false if a value is missing.
  std::vector<bool> holds_for(const Expression& node, std::size_t seed);

 private:
  EstimatePointer make_estimate(const Expression& node, std::size_t entry);

  // The value of an entry, for one seed or for all, from those of the children, value(child, entry of the child).
  template <class Value>
  double combined(const Expression& node, std::size_t entry, std::optional<std::size_t> seed, const Value& value) const;

  // The entries of the child that a reduction over points reduces to this entry.
  std::vector<std::size_t> members(const Expression& node, std::size_t entry, std::optional<std::size_t> seed) const;
  bool diverged(const Expression& node, std::size_t entry, std::optional<std::size_t> seed) const;

  const std::vector<Request>& requests_;
  const Values& values_;
  bool any_diverged_ = false;
  std::map<const Expression*, std::vector<std::vector<double>>> by_seed_;
  std::map<std::pair<const Expression*, std::size_t>, EstimatePointer> estimates_;
};

// The pairs of entries that a comparison or trend subtracts. A trend has one child and subtracts from each value the
// previous one or, with a tolerance, every previous one.
std::vector<std::pair<std::size_t, std::size_t>> pairs_of(const Expression& node, std::size_t entry);

}  // namespace descent::claims
