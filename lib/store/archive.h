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
void archive(Archive& ar, std::optional<Evaluation>& row) {
  bool present = row.has_value();
  ar(present);
  if (!present) row.reset();
  else if (Archive::reading) row.emplace();
  if (row) archive(ar, *row);
}

template <class Archive>
void archive(Archive& ar, Summary& s) {
  ar(s.parameters);
  ar(s.diverged_step);
  for (auto* row : {&s.final, &s.best}) archive(ar, *row);
  for (Stop* stop : {&s.early_stopping, &s.by_val_loss, &s.by_val_error})
    for (auto* row : {&stop->stopped, &stop->restored}) archive(ar, *row);
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
