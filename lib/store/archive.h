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
  for (Moment* moment : {&s.final, &s.best, &s.stopped, &s.restored}) archive(ar, *moment);
  ar(s.stopped_reason);
  for (auto* value : {&s.min_test_loss, &s.min_test_loss_epoch, &s.min_test_error, &s.min_test_error_epoch})
    ar(*value);
}

template <class Archive>
void archive(Archive& ar, RunResult& result) {
  ar(result.run_hash);
  archive(ar, result.summary);
  auto rows = static_cast<std::uint64_t>(result.curve.size());
  ar(rows);
  if constexpr (Archive::reading) {
    result.curve.clear();
    for (std::uint64_t i = 0; i < rows; ++i) archive(ar, result.curve.emplace_back());
  } else {
    for (Evaluation& row : result.curve) archive(ar, row);
  }
}

}  // namespace descent::store
