#pragma once
// Records the results of a run: its curve, its probes and its summary, and applies the early stopping rule.

#include <optional>
#include <string>

#include "config/experiment.h"
#include "store/archive.h"
#include "store/results.h"
#include "train/early_stopping.h"

namespace descent::train {

class Recorder {
 public:
  // `parameters`: number of parameters of the network.
  Recorder(const config::EarlyStopping& rule, std::int64_t parameters);

  // Takes the evaluations in order. Returns true if early stopping may restore the weights of this evaluation, which
  // then replace those kept before.
  bool observe(const store::Evaluation& row);
  void add(store::ProbeRow row) { result_.probes.push_back(std::move(row)); }
  // The loss of this step is not finite.
  void diverge(std::int64_t step);

  // True if the early stopping rule has stopped the training or it has diverged.
  bool ends_training() const { return (rule_.stop && stopping_.stopped()) || result_.summary.diverged_step; }

  // The value that the rule monitors; without a rule the validation loss. Absent if it was not measured.
  std::optional<double> monitored(const store::Metrics& metrics) const;
  const store::Summary& summary() const { return result_.summary; }

  // Ends the run after the last evaluation: rules that have not stopped do so now.
  void close();
  store::RunResult take(const std::string& run_hash);

  // Writes to or reads from a checkpoint.
  template <class Archive> void archive(Archive& ar) {
    ar(best_value_);
    for (EarlyStopping* stopping : {&stopping_, &by_val_loss_, &by_val_error_}) stopping->archive(ar);
    store::archive(ar, result_);
  }

 private:
  bool apply_rule(EarlyStopping& stopping, double value, const store::Evaluation& row, store::Stop& stop) const;

  config::EarlyStopping rule_;
  EarlyStopping stopping_;
  EarlyStopping by_val_loss_, by_val_error_;  // the same rule for either value: recorded only
  std::optional<double> best_value_;
  store::RunResult result_;
};

}  // namespace descent::train
