#pragma once
// Learning rates and evaluation points, as pure functions of the experiment.

#include <cstdint>
#include <vector>

#include "config/experiment.h"

namespace descent::train {

// The length of training in steps.
struct TrainingLength {
  std::int64_t steps_per_epoch, total_steps;
};
TrainingLength training_length(const config::Train& train, std::int64_t train_size);

// The learning rate at 0-based `step`. The schedule starts after a linear warm-up. The kinds step, multistep and
// exponential change at whole units (epochs or steps), cosine (Loshchilov & Hutter 2017) at every step.
double learning_rate(const config::Train& train, const TrainingLength& length, std::int64_t step);

// The steps at which the network is evaluated, in ascending order, including 0 and the last.
std::vector<std::int64_t> evaluation_steps(const config::Evaluate& evaluate, const TrainingLength& length);

// A step at which training pauses for an evaluation, for probes, or for both.
struct EvaluationPoint {
  std::int64_t step;
  bool evaluates, probes;
};
// In ascending order, including 0 and the last step.
std::vector<EvaluationPoint> evaluation_points(const config::Experiment& experiment, const TrainingLength& length);

}  // namespace descent::train
