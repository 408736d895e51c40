#pragma once
// How a thread computes while it trains a stack.

#include <cfenv>

#include "config/experiment.h"

namespace descent::train {

// Flushes denormal numbers to zero, in this thread and in those that it starts, as XLA does. An Intel CPU spends some
// 150 cycles on an operation that meets one, and the moments of Adam decay to such numbers wherever a unit is dead.
// LibTorch's own operations run on as many threads as the modules of the experiment; their bits may depend on the
// number.
class ThreadMode {
 public:
  explicit ThreadMode(const config::Experiment& experiment);
  ~ThreadMode() { std::fesetenv(&environment_); }
  ThreadMode(const ThreadMode&) = delete;
  ThreadMode& operator=(const ThreadMode&) = delete;

 private:
  std::fenv_t environment_;
};

}  // namespace descent::train
