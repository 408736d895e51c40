#pragma once
// What a run leaves behind: its curve, its probes, and what the evaluations come to, with the patience rule over them.

#include <optional>
#include <string>

#include "config/experiment.h"
#include "store/archive.h"
#include "store/results.h"
#include "train/early_stopping.h"

namespace descent::train {

class Recorder {
 public:
  // `parameters` of the network.
  Recorder(const config::EarlyStopping& rule, std::int64_t parameters);

  // One evaluation, in order. True: if no better one follows, the weights of this one are to be restored.
  bool observe(const store::Evaluation& row);
  void add(store::ProbeRow row) { result_.probes.push_back(std::move(row)); }
  // The loss of this step is not finite.
  void diverge(std::int64_t step);

  // Patience has run out and the training is to stop, or it has diverged.
  bool over() const { return (rule_.stop && stopping_.stopped()) || result_.summary.diverged_step; }

  // The value that the rule follows; without a rule the validation loss. Absent where it was not measured.
  std::optional<double> monitored(const store::Metrics& metrics) const;
  const store::Summary& summary() const { return result_.summary; }

  // No evaluation follows: rules that have not stopped do so now.
  void close();
  store::RunResult take(const std::string& run_hash);

  // To and from a checkpoint.
  template <class Archive> void archive(Archive& ar) {
    ar(best_value_);
    for (EarlyStopping* stopping : {&stopping_, &by_val_loss_, &by_val_error_}) stopping->archive(ar);
    store::archive(ar, result_);
  }

 private:
  bool follow(EarlyStopping& stopping, double value, const store::Evaluation& row, store::Stop& stop) const;

  config::EarlyStopping rule_;
  EarlyStopping stopping_;
  EarlyStopping by_val_loss_, by_val_error_;  // the same rule on either value: recorded, never obeyed
  std::optional<double> best_value_;
  store::RunResult result_;
};

}  // namespace descent::train
