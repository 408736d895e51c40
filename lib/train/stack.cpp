#include "train/stack.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/archive.h"
#include "plan/layers.h"
#include "train/stack_run.h"
#include "train/thread_mode.h"
#include "train/weights.h"

namespace descent::train {
namespace {

// Number of steps between two checks of `stop` and of the time.
constexpr std::int64_t steps_between_checks = 50;

// 1 - mean squared error / variance; absent for classes and constant targets.
std::optional<double> r_squared(const data::Part& part, const engine::SplitLoss& loss) {
  if (!loss.absolute_error || part.variance == 0) return std::nullopt;
  return 1 - loss.loss / part.variance;
}

class Stack {
 public:
  Stack(const plan::Plan& plan, const plan::Stack& runs, SharedState& shared, const StackOptions& options,
        store::Checkpoints* checkpoints, const std::atomic<bool>& stop)
      : plan_(plan), indices_(runs), options_(options), checkpoints_(checkpoints), stop_(stop),
        ranks_(shared.ranks.get()), is_main_(!ranks_ || ranks_->is_main()), experiment_(plan.experiment(runs.front())),
        flops_per_step_(plan::step_flops(experiment_)) {
    std::vector<engine::Replica> replicas;
    for (const std::size_t run : runs)
      replicas.push_back(make_replica(plan.experiment(run), plan.runs[run].seed, shared.loader));
    engine_ = shared.engines.make(std::move(replicas));
    const data::RunData& data = engine_->replica(0).data;  // its sizes are the same for every run
    length_ = training_length(experiment_.train, data.train.size);
    splits_ = evaluated_splits(experiment_.train.evaluate, data);
    const std::int64_t parameters = plan::parameter_count(plan::layers_of(experiment_.model, data.shape, data.outputs));
    for (std::size_t r = 0; r < runs.size(); ++r) runs_.emplace_back(*engine_, r, length_, parameters);
  }

  std::optional<std::vector<store::RunResult>> train() {
    resume();
    for (const EvaluationPoint& point : evaluation_points(experiment_, length_)) {
      std::vector<std::size_t> active;
      for (std::size_t r = 0; r < runs_.size(); ++r)
        if (!runs_[r].finished() && runs_[r].visited_step < point.step) active.push_back(r);
      if (active.empty()) continue;
      if (!advance(active, point.step)) return std::nullopt;
      visit(active, point);
    }
    return results();
  }

 private:
  // Trains the active runs up to the step `until` and removes those that diverge. Returns false if stopped.
  bool advance(std::vector<std::size_t>& active, std::int64_t until) {
    if (config::has_closed_form(experiment_.train)) {
      for (const std::size_t& r : active) {
        engine_->advance(std::span(&r, 1), until);
        report_progress(0);
        if (!may_continue()) return false;
      }
      return true;
    }
    std::int64_t step = until;
    for (const std::size_t r : active) step = std::min(step, runs_[r].step());
    do {  // at least once, to check `stop`
      step = std::min(until, step + steps_between_checks);
      std::int64_t before = 0, after = 0;
      for (const std::size_t r : active) before += runs_[r].step();
      const auto diverged = engine_->advance(active, step);
      for (const std::size_t r : active) after += runs_[r].step();
      report_progress(flops_per_step_ * static_cast<double>(after - before));
      for (std::size_t i = 0; i < active.size(); ++i)
        if (diverged[i]) {
          runs_[active[i]].diverge(*diverged[i]);
          report_remaining(active[i]);
        }
      std::erase_if(active, [&](std::size_t r) { return runs_[r].finished(); });
      if (!may_continue()) return false;
    } while (step < until && !active.empty());
    return true;
  }

  // Returns false if stopped. Writes a checkpoint then, and whenever one is due.
  bool may_continue() {
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - saved_;
    const bool stop = ranks_ ? ranks_->any(stop_) : stop_.load();
    if (stop || elapsed.count() > options_.checkpoint_seconds) save();
    return !stop;
  }

  void visit(const std::vector<std::size_t>& active, const EvaluationPoint& point) {
    if (point.evaluates) {
      const std::vector<store::Metrics> metrics = shared_metrics(active);
      for (std::size_t i = 0; i < active.size(); ++i) runs_[active[i]].evaluate(metrics[i]);
      report_loss(active, point.step, metrics);
    }
    for (const std::size_t r : active) {
      if (is_main_) runs_[r].probe(point);
      runs_[r].visited_step = point.step;
      if (runs_[r].finished()) report_remaining(r);
    }
  }

  // Measured on the main rank only, so that all ranks decide by the same numbers.
  std::vector<store::Metrics> shared_metrics(const std::vector<std::size_t>& active) {
    if (!ranks_) return measure(active);
    core::Writer writer;
    if (is_main_) writer(measure(active));
    const std::string bytes = ranks_->broadcast(writer.bytes());
    core::Reader reader(bytes);
    std::vector<store::Metrics> metrics;
    reader(metrics);
    return metrics;
  }

  std::vector<store::Metrics> measure(const std::vector<std::size_t>& active) {
    std::vector<store::Metrics> metrics(active.size());
    for (const config::Split split : splits_) {
      const std::vector<engine::SplitLoss> losses = engine_->evaluate(active, split);
      for (std::size_t i = 0; i < active.size(); ++i) {
        const engine::SplitLoss& loss = losses[i];
        const data::Part& part = engine_->replica(active[i]).data.part(split);
        metrics[i].of(split) = {loss.loss, loss.error, loss.absolute_error, r_squared(part, loss)};
      }
    }
    return metrics;
  }

  // Reports the mean loss over the runs, on the first split that is evaluated.
  void report_loss(const std::vector<std::size_t>& active, std::int64_t step,
                   const std::vector<store::Metrics>& metrics) const {
    double sum = 0;
    for (const store::Metrics& m : metrics)
      sum += m.train.loss ? *m.train.loss : m.val.loss ? *m.val.loss : m.test.loss.value_or(NAN);
    if (options_.on_loss && !active.empty())
      options_.on_loss({indices_[0], active.size(), step, sum / static_cast<double>(metrics.size())});
  }

  void report_progress(double flops) const {
    if (options_.on_progress) options_.on_progress(flops);
  }
  // Reports the steps that a finished run does not take, or a closed form, as done.
  void report_remaining(std::size_t r) const {
    if (config::has_closed_form(experiment_.train)) report_progress(plan::run_flops(experiment_));
    else report_progress(flops_per_step_ * static_cast<double>(length_.total_steps - runs_[r].step()));
  }

  void save() {
    saved_ = std::chrono::steady_clock::now();
    if (!checkpoints_) return;
    std::vector<store::SavedRun> states;
    for (std::size_t r = 0; r < runs_.size(); ++r) {
      core::Writer writer;
      runs_[r].save(writer);
      states.push_back({plan_.runs[indices_[r]].hash, runs_[r].step(), writer.bytes()});
    }
    checkpoints_->write(states);
  }

  void resume() {
    for (std::size_t r = 0; r < runs_.size(); ++r) {
      const store::SavedRun* state = checkpoints_ ? checkpoints_->find(plan_.runs[indices_[r]].hash) : nullptr;
      std::string bytes = state ? state->bytes : "";
      if (ranks_) bytes = ranks_->broadcast(bytes);
      if (bytes.empty()) continue;
      core::Reader reader(bytes);
      runs_[r].load(reader);
      report_progress(flops_per_step_ * static_cast<double>(runs_[r].step()));
    }
  }

  std::vector<store::RunResult> results() {
    std::vector<store::RunResult> all;
    for (std::size_t r = 0; is_main_ && r < runs_.size(); ++r) {
      const plan::Run& run = plan_.runs[indices_[r]];
      all.push_back(runs_[r].finish(run.hash, [&] { return measure({r}).front(); }));
      if (plan_.experiment(indices_[r]).record.predictions) {
        const at::Tensor values = engine_->predict(r, config::Split::test);
        const double* begin = values.const_data_ptr<double>();
        const data::Part& test = engine_->replica(r).data.test;
        all.back().predictions = {
            static_cast<std::size_t>(values.size(1)), {begin, begin + values.numel()}, test.y, test.targets};
      }
      if (!options_.weights_folder.empty())
        save_weights(options_.weights_folder / (run.id() + ".safetensors"), plan_, indices_[r],
                     engine_->replica(r).data, engine_->tensors(r));
    }
    return all;
  }

  const plan::Plan& plan_;
  const plan::Stack& indices_;  // of the runs in the plan
  const StackOptions& options_;
  store::Checkpoints* const checkpoints_;
  const std::atomic<bool>& stop_;
  engine::Ranks* const ranks_;
  const bool is_main_;
  const config::Experiment& experiment_;  // of the first run: shapes, schedule
  const double flops_per_step_;
  TrainingLength length_{};
  std::unique_ptr<engine::Engine> engine_;
  std::vector<StackRun> runs_;
  std::vector<config::Split> splits_;  // evaluated
  std::chrono::steady_clock::time_point saved_ = std::chrono::steady_clock::now();
};

}  // namespace

engine::Replica make_replica(const config::Experiment& experiment, std::int64_t seed, data::Loader& loader) {
  engine::Replica replica{&experiment, seed, loader.load(experiment.data, seed), {}};
  replica.learning_rate = [&train = experiment.train,
                           length = training_length(experiment.train, replica.data.train.size)](std::int64_t step) {
    return learning_rate(train, length, step);
  };
  return replica;
}

std::vector<config::Split> evaluated_splits(const config::Evaluate& evaluate, const data::RunData& data) {
  std::vector<config::Split> splits;
  for (const config::Split split : {config::Split::train, config::Split::val, config::Split::test})
    if (data.part(split).size > 0 && config::is_evaluated(evaluate, split)) splits.push_back(split);
  return splits;
}

std::optional<std::vector<store::RunResult>> train_stack(const plan::Plan& plan, const plan::Stack& stack,
                                                         SharedState& shared, const StackOptions& options,
                                                         store::Checkpoints* checkpoints,
                                                         const std::atomic<bool>& stop) {
  const ThreadMode mode(plan.experiment(stack.front()));
  return Stack(plan, stack, shared, options, checkpoints, stop).train();
}

}  // namespace descent::train
