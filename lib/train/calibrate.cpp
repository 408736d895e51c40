#include "train/calibrate.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numeric>

#include "plan/layers.h"
#include "train/schedule.h"
#include "train/stack.h"

namespace descent::train {
namespace {

constexpr std::size_t most_samples = 20;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Seconds of a run, from one evaluation and as many steps as the budget allows.
double measure(const config::Experiment& experiment, std::int64_t seed, double budget) {
  Shared shared;
  const engine::Replica replica = make_replica(experiment, seed, shared.loader);
  const TrainingLength length = training_length(experiment.train, replica.data.train.size);
  const auto evaluations = static_cast<double>(evaluation_steps(experiment.train.evaluate, length).size());
  const std::unique_ptr<engine::Engine> engine = shared.engines.make({replica});
  constexpr std::array<std::size_t, 1> only{0};
  auto start = std::chrono::steady_clock::now();
  double evaluation = 0;
  for (int repeat = 0; repeat < 2; ++repeat) {  // a device and its libraries start in the first
    start = std::chrono::steady_clock::now();
    for (const config::Split split : evaluated_splits(experiment.train.evaluate, replica.data))
      engine->evaluate(only, split);
    evaluation = seconds_since(start);
  }
  start = std::chrono::steady_clock::now();
  if (config::has_closed_form(experiment.train)) {
    engine->advance(only, length.total_steps);
    return seconds_since(start) + evaluation * evaluations;
  }
  std::int64_t step = 0;
  bool diverged = false;
  for (; step < length.total_steps && !diverged && seconds_since(start) < budget; step = engine->step(0))
    diverged = engine->advance(only, std::min(step + 5, length.total_steps)).front().has_value();
  const auto steps = static_cast<double>(std::max<std::int64_t>(step, 1));
  return seconds_since(start) / steps * static_cast<double>(length.total_steps) + evaluation * evaluations;
}

}  // namespace

std::vector<double> seconds_per_run(const plan::Plan& plan, double budget_seconds) {
  std::vector<std::size_t> order(plan.points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto flops = [&](std::size_t point) { return std::max(plan::run_flops(plan.points[point].experiment), 1.0); };
  std::ranges::stable_sort(order, {}, flops);
  std::vector<double> seconds(plan.points.size());
  const std::size_t every = (order.size() + most_samples - 1) / most_samples;
  const double budget = budget_seconds * static_cast<double>(every) / static_cast<double>(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const config::Experiment& experiment = plan.points[order[i]].experiment;
    if (i % every != 0) {  // as the sampled neighbour, by cost
      const std::size_t sampled = order[i / every * every];
      seconds[order[i]] = seconds[sampled] * flops(order[i]) / flops(sampled);
    } else {
      seconds[order[i]] = measure(experiment, experiment.seeds.front(), budget);
    }
  }
  return seconds;
}

}  // namespace descent::train
