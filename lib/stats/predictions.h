#pragma once
// Predictions scored and averaged over runs, one run at a time: the memory of a few test sets, however many runs.

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "config/experiment.h"
#include "plan/plan.h"
#include "store/results.h"

namespace descent::stats {

// What example n should give at output k: the target, or 1 for the right class and 0 for others.
double target(const store::Predictions& truth, std::size_t n, std::size_t k);

// The class with the largest of these outputs, the first of several.
std::size_t largest(std::span<const double> outputs);

struct Score {
  double loss = 0;              // as the experiment's test_loss
  std::optional<double> error;  // absent in regression
};

// How well `values` [N, K], as recorded, fit the targets of `truth`.
Score score(config::LossKind loss, const store::Predictions& truth, std::span<const double> values);

// Which network of a run has its predictions and weights, as the columns of summary.csv call it: "final", or with early
// stopping "restored".
std::string_view network_of(const config::Experiment& experiment);

// Recorded values with cross-entropy as probabilities, and back: a mean that underflowed counts as the smallest normal
// number, 708 nats.
std::vector<double> probabilities(std::span<const double> logarithms);
std::vector<double> logarithms(std::span<const double> probabilities);

// Mean and population variance over runs, element by element, by Welford's recurrence.
class Spread {
 public:
  void add(std::span<const double> values, int sign = 1);  // [N, K]; -1 takes back what was added
  std::size_t count() const { return count_; }
  const std::vector<double>& mean() const { return mean_; }
  double mean_variance() const;  // over all elements

 private:
  std::size_t count_ = 0;
  std::vector<double> mean_, squares_;
};

// Reads the predictions of runs whose test examples must be the same.
class PredictionReader {
 public:
  explicit PredictionReader(const store::Results& results) : results_(results) {}

  // Of this run, [N, K]; InputError where its test examples are not those of the first one read.
  const std::vector<double>& read(std::size_t run);
  const store::Predictions& truth() const { return *first_; }  // what the first one read has for targets

 private:
  const store::Results& results_;
  std::optional<store::Predictions> first_;
  std::vector<double> values_;
};

// What `sums` makes of the predictions of several runs, and with `leave_out` of all but each of them.
template <class Row, class Sums>
Row combine(PredictionReader& reader, Sums sums, std::span<const std::size_t> members, bool leave_out) {
  for (const std::size_t run : members) {
    const std::vector<double>& values = reader.read(run);
    sums.add(reader.truth(), values, 1);
  }
  Row row = sums.finish(reader.truth());
  row.members.assign(members.begin(), members.end());
  for (std::size_t i = 0; leave_out && i < members.size(); ++i) {
    Sums others = sums;
    others.add(reader.truth(), reader.read(members[i]), -1);
    row.without.push_back(others.finish(reader.truth()));
  }
  return row;
}

// The finished runs that did not diverge and have predictions, in plan order.
std::vector<std::size_t> predicting_runs(const store::Results& results, const plan::Plan& plan);

}  // namespace descent::stats
