#pragma once
// Rows to and from the bytes of a checkpoint (core/archive.h).

#include <cstdint>
#include <vector>

#include "store/columns.h"
#include "store/results.h"

namespace descent::store {

template <class Archive>
void archive(Archive& ar, Metrics& m) {
  for (auto* value : {&m.train_loss, &m.train_error, &m.val_loss, &m.val_error, &m.test_loss, &m.test_error})
    ar(*value);
}

template <class Archive>
void archive(Archive& ar, Evaluation& row) {
  ar(row.epoch);
  ar(row.step);
  archive(ar, row.metrics);
  for (auto* value : {&row.lr, &row.weight_norm, &row.gradient_norm}) ar(*value);
}

template <class Archive>
void archive(Archive& ar, Moment& moment) {
  ar(moment.epoch);
  ar(moment.step);
  archive(ar, moment.metrics);
}

template <class Archive>
void archive(Archive& ar, Summary& s) {
  ar(s.state);
  ar(s.parameters);
  ar(s.diverged_step);
  for (Moment* moment : {&s.final, &s.best, &s.stopped, &s.restored, &s.by_val_loss.stopped, &s.by_val_loss.restored,
                         &s.by_val_error.stopped, &s.by_val_error.restored})
    archive(ar, *moment);
  ar(s.final_weight_norm);
  ar(s.stopped_reason);
  for (auto* value : {&s.min_test_loss, &s.min_test_loss_epoch, &s.min_test_error, &s.min_test_error_epoch})
    ar(*value);
}

template <class Archive>
void archive(Archive& ar, ProbeRow& row) {
  ar(row.epoch);
  ar(row.step);
  ar(row.probe);
  ar(row.layer);
  ar(row.value);
}

template <class Archive, class Row>
void archive_rows(Archive& ar, std::vector<Row>& rows) {
  auto count = static_cast<std::uint64_t>(rows.size());
  ar(count);
  if constexpr (Archive::reading) {
    rows.clear();
    for (std::uint64_t i = 0; i < count; ++i) archive(ar, rows.emplace_back());
  } else {
    for (Row& row : rows) archive(ar, row);
  }
}

template <class Archive>
void archive(Archive& ar, RunResult& result) {
  ar(result.run_hash);
  archive(ar, result.summary);
  archive_rows(ar, result.curve);
  archive_rows(ar, result.probes);
}

}  // namespace descent::store
