#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace descent::train {

TrainingLength training_length(const config::Train& train, std::int64_t train_size) {
  return {config::steps_per_epoch(train, train_size), config::total_steps(train, train_size)};
}

double learning_rate(const config::Train& train, const TrainingLength& length, std::int64_t step) {
  const config::Schedule& schedule = train.schedule;
  const double base = train.optimizer.lr;
  const std::int64_t unit = schedule.unit == config::DurationUnit::epochs ? length.steps_per_epoch : 1;
  const std::int64_t warmup = schedule.warmup * unit;
  if (step < warmup) return base * static_cast<double>(step + 1) / static_cast<double>(warmup);
  const std::int64_t time = step - warmup, units = time / unit;
  switch (schedule.kind) {
    case config::ScheduleKind::constant: return base;
    case config::ScheduleKind::step:
      return base * std::pow(schedule.factor, static_cast<double>(units / schedule.every));
    case config::ScheduleKind::multistep: {
      const auto passed = std::count_if(schedule.milestones.begin(), schedule.milestones.end(),
                                        [&](std::int64_t milestone) { return milestone <= units; });
      return base * std::pow(schedule.factor, static_cast<double>(passed));
    }
    case config::ScheduleKind::cosine: {
      const double span = static_cast<double>(std::max<std::int64_t>(length.total_steps - warmup, 1));
      const double height = (1 + std::cos(std::numbers::pi * static_cast<double>(time) / span)) / 2;
      return schedule.minimum_lr + (base - schedule.minimum_lr) * height;
    }
    case config::ScheduleKind::exponential: return base * std::pow(schedule.factor, static_cast<double>(units));
  }
  __builtin_unreachable();
}

std::vector<std::int64_t> evaluation_steps(const config::Evaluate& evaluate, const TrainingLength& length) {
  std::vector<std::int64_t> steps{0, length.total_steps};
  if (evaluate.log_spaced) {
    const std::int64_t count = *evaluate.log_spaced;
    const double top = std::log(static_cast<double>(std::max<std::int64_t>(length.total_steps, 1)));
    for (std::int64_t i = 0; i < count; ++i) {
      const double share = count > 1 ? static_cast<double>(i) / static_cast<double>(count - 1) : 1;
      steps.push_back(std::min<std::int64_t>(std::llround(std::exp(top * share)), length.total_steps));
    }
  } else {
    const std::int64_t every =
        evaluate.every_steps ? *evaluate.every_steps : evaluate.every_epochs.value_or(1) * length.steps_per_epoch;
    for (std::int64_t step = every; step < length.total_steps; step += every) steps.push_back(step);
  }
  std::sort(steps.begin(), steps.end());
  steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
  return steps;
}

std::vector<EvaluationPoint> evaluation_points(const config::Experiment& experiment, const TrainingLength& length) {
  const std::vector<std::int64_t>& chosen = experiment.probes.steps;
  std::vector<EvaluationPoint> all;
  for (const std::int64_t step : evaluation_steps(experiment.train.evaluate, length))
    all.push_back({step, true, chosen.empty()});
  for (const std::int64_t step : chosen) {
    const auto position = std::ranges::lower_bound(all, step, {}, &EvaluationPoint::step);
    if (position != all.end() && position->step == step) position->probes = true;
    else all.insert(position, {step, false, true});
  }
  return all;
}

}  // namespace descent::train
