#pragma once
// Scores and averages predictions over runs. Reads one run at a time, so that memory does not grow with their number.

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "config/experiment.h"
#include "plan/plan.h"
#include "store/results.h"

namespace descent::stats {

// The target of example n at output k; for classes 1 for the label and 0 for the others.
double target(const store::Predictions& truth, std::size_t n, std::size_t k);

// Index of the largest output, the first one of ties.
std::size_t argmax(std::span<const double> outputs);

struct Score {
  double loss = 0;              // the experiment's test_loss
  std::optional<double> error;  // absent in regression
};

// Loss and error of the recorded `values` [N, K] against the targets of `truth`.
Score score(config::LossKind loss, const store::Predictions& truth, std::span<const double> values);

// The network whose predictions and weights a run keeps, as in the columns of summary.csv: "final", or "restored" with
// early stopping.
std::string_view network_of(const config::Experiment& experiment);

// Converts the recorded log-probabilities of a cross-entropy to probabilities, and back. A probability that underflowed
// counts as the smallest normal number, 708 nats.
std::vector<double> probabilities(std::span<const double> logarithms);
std::vector<double> logarithms(std::span<const double> probabilities);

// Mean and population variance over runs, element by element, by Welford's recurrence.
class RunningMoments {
 public:
  void add(std::span<const double> values, int sign = 1);  // [N, K]; sign -1 removes values that were added
  std::size_t count() const { return count_; }
  const std::vector<double>& mean() const { return mean_; }
  double mean_variance() const;  // mean over all elements

 private:
  std::size_t count_ = 0;
  std::vector<double> mean_, squares_;
};

// Reads the predictions of runs that share their test examples.
class PredictionReader {
 public:
  explicit PredictionReader(const store::Results& results) : results_(results) {}

  // The predictions of a run, [N, K]. Throws InputError if its test examples differ from those of the first run read.
  const std::vector<double>& read(std::size_t run);
  const store::Predictions& truth() const { return *first_; }  // the targets, from the first run read

 private:
  const store::Results& results_;
  std::optional<store::Predictions> first_;
  std::vector<double> values_;
};

// Accumulates the predictions of `members` in `sums` and returns its row, with `leave_out` also those without each one.
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

// The runs with predictions that finished and did not diverge, in plan order.
std::vector<std::size_t> predicting_runs(const store::Results& results, const plan::Plan& plan);

}  // namespace descent::stats
