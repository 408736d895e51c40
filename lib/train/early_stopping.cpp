#include "train/early_stopping.h"

namespace descent::train {

EarlyStopping::Outcome EarlyStopping::observe(double value) {
  if (stopped_) return Outcome::stop;
  if (has_best_ ? value < best_ - rule_.min_delta : value == value) {
    has_best_ = true;
    best_ = value;
    waited_ = 0;
    return Outcome::improved;
  }
  if (++waited_ < rule_.patience) return Outcome::waiting;
  stopped_ = true;
  return Outcome::stop;
}

}  // namespace descent::train
