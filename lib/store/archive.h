#pragma once
// Serializes result rows for checkpoints (core/archive.h).

#include "core/archive.h"
#include "store/results.h"

namespace descent::store {

template <class Archive> void archive(Archive& ar, Metrics& m) {
  ar(m.train.loss, m.train.error, m.val.loss, m.val.error, m.test.loss, m.test.error);
  ar(m.train.mae, m.train.r2, m.val.mae, m.val.r2, m.test.mae, m.test.r2);
}

template <class Archive> void archive(Archive& ar, Evaluation& row) {
  ar(row.epoch, row.step, row.metrics, row.lr, row.weight_norm, row.gradient_norm);
}

template <class Archive> void archive(Archive& ar, Stop& stop) { ar(stop.stopped, stop.restored); }

template <class Archive> void archive(Archive& ar, Summary& s) {
  ar(s.parameters, s.diverged_step, s.final, s.best, s.early_stopping, s.by_val_loss, s.by_val_error, s.stopped_reason,
     s.min_test_loss, s.min_test_loss_epoch, s.min_test_error, s.min_test_error_epoch);
}

template <class Archive> void archive(Archive& ar, ProbeRow& row) {
  ar(row.epoch, row.step, row.probe, row.layer, row.value);
}

template <class Archive> void archive(Archive& ar, RunResult& result) {
  ar(result.run_hash, result.summary, result.curve, result.probes);
}

}  // namespace descent::store
