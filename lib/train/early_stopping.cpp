#include "train/early_stopping.h"

namespace descent::train {

EarlyStopping::Verdict EarlyStopping::observe(double value) {
  if (stopped_) return Verdict::stop;
  if (any_ ? value < best_ - rule_.min_delta : value == value) {
    any_ = true;
    best_ = value;
    waited_ = 0;
    return Verdict::improved;
  }
  if (++waited_ < rule_.patience) return Verdict::waiting;
  stopped_ = true;
  return Verdict::stop;
}

}  // namespace descent::train
