#include "train/stack.h"

#include <ATen/Context.h>

#include <algorithm>
#include <cfenv>
#include <chrono>

#include "core/archive.h"
#include "plan/layers.h"
#include "train/optimizer.h"
#include "train/replica.h"
#include "train/weights.h"

namespace descent::train {
namespace {

// Steps between two looks at `stop` and at the time.
constexpr std::int64_t steps_between_looks = 50;

// Takes numbers below the normal range for zero, in this thread and in those that it starts, as XLA does. An Intel CPU
// spends some 150 cycles on an operation that meets one, and the moments of Adam decay to such numbers wherever a unit
// is dead.
class FlushDenormals {
 public:
  FlushDenormals() {
    std::fegetenv(&environment_);
    at::globalContext().setFlushDenormal(true);
  }
  ~FlushDenormals() { std::fesetenv(&environment_); }
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  std::fenv_t environment_;
};

template <class T>
class Stack {
 public:
  Stack(const plan::Plan& plan, const plan::Stack& runs, Shared& shared, Inputs<T>& inputs)
      : plan_(plan), runs_(runs), experiment_(experiment(0)), flops_per_step_(plan::step_flops(experiment_)) {
    const auto count = static_cast<std::int64_t>(runs.size());
    const std::int64_t moments = moment_count(experiment_.train.optimizer);
    for (std::size_t r = 0; r < runs.size(); ++r) {
      data::RunData data = shared.loader.load(experiment(r).data, plan.runs[runs[r]].seed);
      if (r == 0) {
        layout_ = fused::make_layout<T>(experiment_.model, data.shape, data.outputs);
        parameters_ = fused::Buffer<T>(count * layout_.parameters);
        statistics_ = fused::Buffer<T>(count * layout_.statistics);
        moments_ = fused::Buffer<T>(count * moments * layout_.parameters);
        gradient_ = fused::Buffer<T>(layout_.parameters);
        network_ = fused::make_network<T>(experiment_.model, layout_,
                                       std::max(config::batch_size(experiment_.train, data.train.size), evaluation_rows),
                                       experiment_.train.loss.kind);
      }
      const auto slot = static_cast<std::int64_t>(r);
      const Slices<T> slices{parameters_.data() + slot * layout_.parameters,
                             statistics_.data() + slot * layout_.statistics,
                             moments_.data() + slot * moments * layout_.parameters, gradient_.data()};
      replicas_.emplace_back(experiment(r), plan.runs[runs[r]].seed, layout_, std::move(data), inputs, slices);
    }
  }

  // Continues where the checkpoints say; nothing when `stop` was raised before the end.
  std::optional<std::vector<store::RunResult>> train(const StackOptions& options,
                                                     store::Checkpoints* checkpoints,
                                                     const std::atomic<bool>& stop) {
    const Clock clock = make_clock(experiment_.train, replicas_.front().data().train.size);
    restore(checkpoints, options);
    const std::vector<Pause> schedule = pauses(experiment_, clock);
    const bool leaps = config::has_closed_form(experiment_.train);
    for (Replica<T>& replica : replicas_) {  // one after the other: the tensors in turn stay in the cache
      for (const Pause& pause : schedule) {
        if (replica.finished() || replica.visited_step() >= pause.step) continue;
        do {  // a closed form acts at step 0 too
          const std::int64_t before = replica.step();
          replica.advance(*network_, leaps ? pause.step : std::min(pause.step, before + steps_between_looks));
          report(options, replica.step() - before);
          if (stop || due(options)) save(checkpoints);
          if (stop) return std::nullopt;
        } while (replica.step() < pause.step && !replica.finished());
        if (!replica.finished()) replica.visit(*network_, pause);
        if (replica.finished()) report(options, clock.total_steps - replica.step());
      }
      if (leaps && options.on_progress) options.on_progress(plan::run_flops(experiment_));
    }
    return results(options);
  }

 private:
  const config::Experiment& experiment(std::size_t r) const {
    return plan_.experiment(runs_[r]);
  }

  void report(const StackOptions& options, std::int64_t steps) const {
    if (options.on_progress) options.on_progress(flops_per_step_ * static_cast<double>(steps));
  }

  bool due(const StackOptions& options) const {
    return std::chrono::steady_clock::now() - saved_ > std::chrono::duration<double>(options.checkpoint_seconds);
  }

  void save(store::Checkpoints* checkpoints) {
    saved_ = std::chrono::steady_clock::now();
    if (!checkpoints) return;
    std::vector<store::SavedRun> states;
    for (std::size_t r = 0; r < replicas_.size(); ++r) {
      core::Writer writer;
      replicas_[r].archive(writer);
      states.push_back({plan_.runs[runs_[r]].hash, replicas_[r].step(), writer.bytes()});
    }
    checkpoints->write(states);
  }

  void restore(const store::Checkpoints* checkpoints, const StackOptions& options) {
    for (std::size_t r = 0; checkpoints && r < replicas_.size(); ++r)
      if (const store::SavedRun* state = checkpoints->find(plan_.runs[runs_[r]].hash)) {
        core::Reader reader(state->bytes);
        replicas_[r].archive(reader);
        report(options, replicas_[r].step());
      }
  }

  std::vector<store::RunResult> results(const StackOptions& options) {
    std::vector<store::RunResult> all;
    for (std::size_t r = 0; r < replicas_.size(); ++r) {
      const plan::Run& run = plan_.runs[runs_[r]];
      all.push_back(replicas_[r].finish(*network_, run.hash));
      if (experiment(r).record.predictions) all.back().predictions = replicas_[r].predictions(*network_);
      if (!options.weights_folder.empty())
        save_weights<T>(options.weights_folder / (run.id() + ".safetensors"), layout_,
                        replicas_[r].slices().parameters, replicas_[r].slices().statistics);
    }
    return all;
  }

  const plan::Plan& plan_;
  const plan::Stack& runs_;
  const config::Experiment& experiment_;  // of the first run: shapes, schedule
  const double flops_per_step_;
  std::chrono::steady_clock::time_point saved_ = std::chrono::steady_clock::now();
  fused::Layout layout_;
  fused::Buffer<T> parameters_, statistics_, moments_, gradient_;  // [R, P], [R, S], [R, moments, P], [P]
  std::unique_ptr<fused::Network<T>> network_;
  std::vector<Replica<T>> replicas_;
};

template <class T>
std::optional<std::vector<store::RunResult>> train_as(const plan::Plan& plan, const plan::Stack& stack, Shared& shared,
                                                      Inputs<T>& inputs, const StackOptions& options,
                                                      store::Checkpoints* checkpoints,
                                                      const std::atomic<bool>& stop) {
  return Stack<T>(plan, stack, shared, inputs).train(options, checkpoints, stop);
}

}  // namespace

std::optional<std::vector<store::RunResult>> train_stack(const plan::Plan& plan, const plan::Stack& stack,
                                                         Shared& shared, const StackOptions& options,
                                                         store::Checkpoints* checkpoints,
                                                         const std::atomic<bool>& stop) {
  const FlushDenormals flush;
  switch (plan.experiment(stack.front()).precision) {
    case config::Precision::float32: return train_as<float>(plan, stack, shared, shared.inputs32, options, checkpoints, stop);
    case config::Precision::float64: return train_as<double>(plan, stack, shared, shared.inputs64, options, checkpoints, stop);
  }
  __builtin_unreachable();
}

}  // namespace descent::train
