#pragma once
// Floating-point mode and number of threads while a stack is trained.

#include <cfenv>

#include "config/experiment.h"

namespace descent::train {

// Flushes denormal numbers to zero, like XLA, in this thread and in those that it starts, during its lifetime. On Intel
// CPUs an operation with a denormal number takes about 150 cycles, and the moments of Adam decay to such numbers
// wherever a unit is dead. Also sets the number of threads of LibTorch's operations, on which their bits may depend.
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
