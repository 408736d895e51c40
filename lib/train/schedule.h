#pragma once
// When things happen in a training: learning rates and evaluation points, as pure functions of the step.

#include <cstdint>
#include <vector>

#include "config/experiment.h"

namespace descent::train {

// The length of a training in steps.
struct Clock {
  std::int64_t steps_per_epoch, total_steps;
};
Clock make_clock(const config::Train& train, std::int64_t train_size);

// The learning rate of 0-based `step`. After a linear warm-up the schedule starts at its own time 0. step, multistep
// and exponential change at whole units (epochs or steps), cosine (Loshchilov & Hutter 2017) at every step.
double learning_rate(const config::Train& train, const Clock& clock, std::int64_t step);

// The steps after which the network is evaluated, ascending: always 0 and the last.
std::vector<std::int64_t> evaluation_steps(const config::Evaluate& evaluate, const Clock& clock);

// A step after which the training pauses, to be evaluated, to take probes, or for both.
struct Pause {
  std::int64_t step;
  bool evaluates, probes;
};
// Ascending: always 0 and the last step.
std::vector<Pause> pauses(const config::Experiment& experiment, const Clock& clock);

}  // namespace descent::train
