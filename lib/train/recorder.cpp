#include "train/recorder.h"

#include <cmath>

namespace descent::train {
namespace {

using config::Monitor;

void keep_minimum(std::optional<double>& minimum, std::optional<double>& epoch, const std::optional<double>& value,
                  double now) {
  if (value && (!minimum || *value < *minimum)) {
    minimum = value;
    epoch = now;
  }
}

}  // namespace

Recorder::Recorder(const config::EarlyStopping& rule, std::int64_t parameters)
    : rule_(rule), stopping_(rule), by_val_loss_(rule), by_val_error_(rule) {
  result_.summary.parameters = parameters;
}

std::optional<double> Recorder::monitored(const store::Metrics& metrics) const {
  switch (rule_.monitor) {
    case Monitor::none:
    case Monitor::val_loss: return metrics.val.loss;
    case Monitor::val_error: return metrics.val.error;
    case Monitor::train_loss: return metrics.train.loss;
    case Monitor::train_error: return metrics.train.error;
  }
  __builtin_unreachable();
}

void Recorder::diverge(std::int64_t step) { result_.summary.diverged_step = step; }

// Returns true if these weights are to be kept for restoring.
bool Recorder::apply_rule(EarlyStopping& stopping, double value, const store::Evaluation& row,
                          store::Stop& stop) const {
  using Outcome = EarlyStopping::Outcome;
  if (stopping.stopped()) return false;
  const Outcome outcome = stopping.observe(value);
  if (outcome == Outcome::stop) stop.stopped = row;
  const bool restores = outcome == (rule_.restore == config::Restore::best ? Outcome::improved : Outcome::stop);
  if (restores) stop.restored = row;
  return restores;
}

bool Recorder::observe(const store::Evaluation& row) {
  store::Summary& summary = result_.summary;
  const store::Metrics& metrics = row.metrics;
  const bool on_train = rule_.monitor == Monitor::train_loss || rule_.monitor == Monitor::train_error;
  const std::optional<double> validation = on_train ? metrics.val.loss : monitored(metrics);
  result_.curve.push_back(row);
  summary.final = row;
  keep_minimum(summary.min_test_loss, summary.min_test_loss_epoch, metrics.test.loss, row.epoch);
  keep_minimum(summary.min_test_error, summary.min_test_error_epoch, metrics.test.error, row.epoch);
  if (validation && (!best_value_ || *validation < *best_value_)) {
    best_value_ = validation;
    summary.best = row;
  }
  for (const std::optional<double>& loss : {metrics.train.loss, metrics.val.loss, metrics.test.loss})
    if (loss && !std::isfinite(*loss)) diverge(row.step);
  if (!stopping_.active()) return false;
  const auto record = [&](EarlyStopping& stopping, const std::optional<double>& value, store::Stop& stop) {
    if (value) apply_rule(stopping, *value, row, stop);
  };
  record(by_val_loss_, metrics.val.loss, summary.by_val_loss);
  record(by_val_error_, metrics.val.error, summary.by_val_error);
  const bool restores = apply_rule(stopping_, monitored(metrics).value(), row, summary.early_stopping);
  if (stopping_.stopped()) summary.stopped_reason = "patience";
  return restores;
}

void Recorder::close() {
  store::Summary& summary = result_.summary;
  const auto end = [&](const EarlyStopping& stopping, store::Stop& stop) {
    if (!stopping.active() || stopping.stopped()) return false;
    stop.stopped = summary.final;
    if (rule_.restore == config::Restore::last) stop.restored = summary.final;
    return true;
  };
  if (end(stopping_, summary.early_stopping)) summary.stopped_reason = "end";
  if (summary.final && summary.final->metrics.val.loss) end(by_val_loss_, summary.by_val_loss);
  if (summary.final && summary.final->metrics.val.error) end(by_val_error_, summary.by_val_error);
}

store::RunResult Recorder::take(const std::string& run_hash) {
  result_.run_hash = run_hash;
  return std::move(result_);
}

}  // namespace descent::train
