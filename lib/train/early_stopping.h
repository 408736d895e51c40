#pragma once
// The patience rule (Prechelt 1998): stop after `patience` evaluations without improvement.

#include <cstdint>

#include "config/experiment.h"

namespace descent::train {

class EarlyStopping {
 public:
  explicit EarlyStopping(const config::EarlyStopping& rule) : rule_(rule) {}

  enum class Outcome { improved, waiting, stop };

  // One evaluation. Improvement is strict: value < best - min_delta; ties keep the first, NaN never improves.
  // After `stop` it keeps answering `stop`.
  Outcome observe(double value);

  // To and from a checkpoint.
  template <class Archive> void archive(Archive& ar) {
    ar(best_);
    ar(any_);
    ar(stopped_);
    ar(waited_);
  }

  bool active() const { return rule_.monitor != config::Monitor::none; }
  bool stopped() const { return stopped_; }

 private:
  config::EarlyStopping rule_;
  double best_ = 0;
  bool any_ = false, stopped_ = false;
  std::int64_t waited_ = 0;
};

}  // namespace descent::train
