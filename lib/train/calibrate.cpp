#include "train/calibrate.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "plan/layers.h"
#include "train/schedule.h"
#include "train/single.h"

namespace descent::train {
namespace {

constexpr std::size_t most_samples = 20;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

template <class T>
double measure(const config::Experiment& experiment, std::int64_t seed, double budget) {
  Single<T> single(experiment, seed);
  const Clock clock = make_clock(experiment.train, single.data.train.size);
  const auto evaluations = static_cast<double>(evaluation_steps(experiment.train.evaluate, clock).size());
  auto start = std::chrono::steady_clock::now();
  single.replica.evaluate(*single.network);
  const double evaluation = seconds_since(start);
  start = std::chrono::steady_clock::now();
  if (config::has_closed_form(experiment.train)) {
    single.replica.advance(*single.network, clock.total_steps);
    return seconds_since(start) + evaluation * evaluations;
  }
  while (!single.replica.finished() && single.replica.step() < clock.total_steps && seconds_since(start) < budget)
    single.replica.advance(*single.network, std::min(single.replica.step() + 5, clock.total_steps));
  const auto steps = static_cast<double>(std::max<std::int64_t>(single.replica.step(), 1));
  return seconds_since(start) / steps * static_cast<double>(clock.total_steps) + evaluation * evaluations;
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
    } else if (experiment.precision == config::Precision::float64) {
      seconds[order[i]] = measure<double>(experiment, experiment.seeds.front(), budget);
    } else {
      seconds[order[i]] = measure<float>(experiment, experiment.seeds.front(), budget);
    }
  }
  return seconds;
}

}  // namespace descent::train
