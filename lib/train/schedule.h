#pragma once
// Learning rates and evaluation points as pure functions of the step.

#include <cstdint>
#include <vector>

#include "config/experiment.h"

namespace descent::train {

// The length of a training in steps.
struct TrainingLength {
  std::int64_t steps_per_epoch, total_steps;
};
TrainingLength training_length(const config::Train& train, std::int64_t train_size);

// The learning rate of 0-based `step`. After a linear warm-up the schedule starts at its own time 0. step, multistep
// and exponential change at whole units (epochs or steps), cosine (Loshchilov & Hutter 2017) at every step.
double learning_rate(const config::Train& train, const TrainingLength& length, std::int64_t step);

// The steps after which the network is evaluated, in ascending order: always 0 and the last.
std::vector<std::int64_t> evaluation_steps(const config::Evaluate& evaluate, const TrainingLength& length);

// A step after which training stops for an evaluation, for probes, or for both.
struct EvaluationPoint {
  std::int64_t step;
  bool evaluates, probes;
};
// In ascending order: always 0 and the last step.
std::vector<EvaluationPoint> evaluation_points(const config::Experiment& experiment, const TrainingLength& length);

}  // namespace descent::train
