#include "train/calibrate.h"

#include <algorithm>
#include <ctime>
#include <functional>
#include <numeric>

#include "plan/cost.h"
#include "plan/pack.h"
#include "probe/probes.h"
#include "train/schedule.h"
#include "train/stack.h"
#include "train/thread_mode.h"

namespace descent::train {
namespace {

constexpr std::size_t max_samples = 20;

// Measures the training time of a stack, from its components.
class Measurement {
 public:
  Measurement(const plan::Plan& plan, const plan::Stack& stack, SharedState& shared)
      : experiment_(plan.experiment(stack.front())), mode_(experiment_), all_(stack.size()) {
    std::iota(all_.begin(), all_.end(), std::size_t{0});
    const auto make = [&] {
      std::vector<engine::Replica> replicas;
      for (const std::size_t run : stack)
        replicas.push_back(make_replica(plan.experiment(run), plan.runs[run].seed, shared.loader));
      engine_ = shared.engines.make(std::move(replicas));
    };
    make();  // warm-up: reads the data, initializes the device and its libraries
    seconds_ = time_of([&] { make(); });
    length_ = training_length(experiment_.train, engine_->replica(0).data.train.size);
  }

  // Time of the whole stack, extrapolated from as many steps as the budget allows.
  double seconds(double budget) {
    const std::vector<EvaluationPoint> points = evaluation_points(experiment_, length_);
    if (config::has_closed_form(experiment_.train)) solve(points, budget);
    else step(budget);
    evaluate();
    const double evaluation = time_of([&] { evaluate(); });
    for (const EvaluationPoint& point : points) seconds_ += point.evaluates ? evaluation : 0;
    if (!experiment_.probes.names.empty()) seconds_ += probes(points) * static_cast<double>(all_.size());
    if (experiment_.record.predictions)
      seconds_ += time_of([&] {
        for (const std::size_t r : all_) engine_->predict(r, config::Split::test);
      });
    return seconds_;
  }

 private:
  // Training on one CPU thread is measured in CPU time, so that other load on the machine does not matter; devices and
  // several threads are measured in wall-clock time.
  double now() const {
    const bool one_thread = experiment_.device.kind == config::DeviceKind::cpu && experiment_.train.threads == 1;
    timespec time{};
    clock_gettime(one_thread ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  }

  double time_of(const std::function<void()>& work) const {
    const double start = now();
    work();
    return now() - start;
  }

  void evaluate() {
    for (const config::Split split : evaluated_splits(experiment_.train.evaluate, engine_->replica(0).data))
      engine_->evaluate(all_, split);
  }

  void step(double budget) {
    const std::int64_t first = std::min<std::int64_t>(1, length_.total_steps);
    bool diverged = engine_->advance(all_, first).front().has_value();  // warm-up: allocates memory
    const double start = now();
    std::int64_t step = first;
    while (step < length_.total_steps && !diverged && now() - start < budget) {
      step = std::min(step + 5, length_.total_steps);
      diverged = engine_->advance(all_, step).front().has_value();
    }
    const auto steps = static_cast<double>(std::max<std::int64_t>(step - first, 1));
    seconds_ += (now() - start) / steps * static_cast<double>(length_.total_steps);
  }

  // The first point of a run computes the decomposition that the others use.
  void solve(const std::vector<EvaluationPoint>& points, double budget) {
    const double start = now();
    double first = 0, others = 0;
    std::size_t runs = 0, solved = 0;
    do {
      const std::span run = std::span(all_).subspan(runs++, 1);
      first += time_of([&] { engine_->advance(run, points.front().step); });
      for (std::size_t i = 1; i < points.size() && now() - start < budget; ++i, ++solved)
        others += time_of([&] { engine_->advance(run, points[i].step); });
    } while (runs < all_.size() && now() - start < budget);
    const auto all = static_cast<double>(all_.size());
    seconds_ += all * first / static_cast<double>(runs);
    if (solved > 0) seconds_ += all * others / static_cast<double>(solved) * static_cast<double>(points.size() - 1);
  }

  // Time of the probes of one run.
  double probes(const std::vector<EvaluationPoint>& points) {
    const std::unique_ptr<engine::Observation> observation = engine_->observe(0);
    probe::DriftState drift;
    const auto take = [&](bool due, bool at_end) {
      probe::measure({experiment_, engine_->replica(0).seed, *observation}, due, at_end, drift,
                     [](config::ProbeName, const std::string&, double) {});
    };
    const double at_end = time_of([&] { take(false, true); });
    const bool whole_curve = experiment_.probes.at == config::ProbeMoment::evaluations;
    const auto moments =
        static_cast<double>(!experiment_.probes.steps.empty() || whole_curve
                                ? std::ranges::count_if(points, &EvaluationPoint::probes)
                                : (experiment_.probes.at == config::ProbeMoment::start_and_end ? 2 : 1));
    return time_of([&] { take(true, false); }) * moments + at_end;
  }

  const config::Experiment& experiment_;
  const ThreadMode mode_;
  std::vector<std::size_t> all_;  // indices of all replicas
  std::unique_ptr<engine::Engine> engine_;
  TrainingLength length_{};
  double seconds_ = 0;
};

}  // namespace

std::vector<double> seconds_per_run(const plan::Plan& plan, double budget_seconds) {
  std::vector<plan::Stack> stacks = plan::pack(plan, plan.all_runs());
  const auto expected = [&](const plan::Stack& stack) { return plan::run_seconds(plan.experiment(stack.front())); };
  std::ranges::stable_sort(stacks, {}, expected);
  std::vector<double> seconds(plan.points.size());
  const std::size_t every = (stacks.size() + max_samples - 1) / max_samples;
  const double budget = budget_seconds * static_cast<double>(every) / static_cast<double>(stacks.size());
  SharedState shared;
  double measured = 0;
  for (std::size_t i = 0; i < stacks.size(); ++i) {
    const plan::Stack& sample = stacks[i / every * every];
    if (i % every == 0)
      measured = Measurement(plan, sample, shared).seconds(budget) / static_cast<double>(sample.size());
    for (const std::size_t run : stacks[i])  // scaled from the sampled stack by cost
      seconds[plan.runs[run].point] = measured * expected(stacks[i]) / expected(sample);
  }
  return seconds;
}

}  // namespace descent::train
