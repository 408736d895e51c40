#pragma once
// Early stopping (Prechelt 1998): stops after `patience` evaluations without improvement.

#include <cstdint>

#include "config/experiment.h"

namespace descent::train {

class EarlyStopping {
 public:
  explicit EarlyStopping(const config::EarlyStopping& rule) : rule_(rule) {}

  enum class Outcome { improved, waiting, stop };

  // Takes the value of one evaluation. Improvement is strict: value < best - min_delta; ties and NaN are no
  // improvement. After `stop`, always returns `stop`.
  Outcome observe(double value);

  // Writes to or reads from a checkpoint.
  template <class Archive> void archive(Archive& ar) {
    ar(best_);
    ar(has_best_);
    ar(stopped_);
    ar(waited_);
  }

  bool active() const { return rule_.monitor != config::Monitor::none; }
  bool stopped() const { return stopped_; }

 private:
  config::EarlyStopping rule_;
  double best_ = 0;
  bool has_best_ = false, stopped_ = false;
  std::int64_t waited_ = 0;
};

}  // namespace descent::train
