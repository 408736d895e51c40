#include "train/stack.h"

#include <algorithm>

#include "plan/layers.h"
#include "train/optimizer.h"
#include "train/replica.h"
#include "train/weights.h"

namespace descent::train {
namespace {

// Steps between two looks at `stop`.
constexpr std::int64_t stride_of_steps = 50;

template <class T>
class Stack {
 public:
  Stack(const plan::Plan& plan, const plan::Stack& runs, Shared& shared, Inputs<T>& inputs)
      : plan_(plan), runs_(runs), experiment_(experiment(0)) {
    const auto count = static_cast<std::int64_t>(runs.size());
    const std::int64_t moments = moment_count(experiment_.train.optimizer);
    for (std::size_t r = 0; r < runs.size(); ++r) {
      data::RunData data = shared.loader.load(experiment(r).data, plan.runs[runs[r]].seed);
      if (r == 0) {
        layout_ = nn::make_layout<T>(experiment_.model, data.features, data.classes);
        parameters_ = nn::Buffer<T>(count * layout_.parameters);
        statistics_ = nn::Buffer<T>(count * layout_.statistics);
        moments_ = nn::Buffer<T>(count * moments * layout_.parameters);
        gradient_ = nn::Buffer<T>(layout_.parameters);
        network_.emplace(experiment_.model, layout_,
                         std::max(config::batch_size(experiment_.train, data.train.size), evaluation_rows));
      }
      const auto slot = static_cast<std::int64_t>(r);
      const Slices<T> slices{parameters_.data() + slot * layout_.parameters,
                             statistics_.data() + slot * layout_.statistics,
                             moments_.data() + slot * moments * layout_.parameters, gradient_.data()};
      replicas_.emplace_back(experiment(r), plan.runs[runs[r]].seed, layout_, std::move(data), inputs, slices);
    }
  }

  std::optional<std::vector<store::RunResult>> train(const StackOptions& options, const std::atomic<bool>& stop) {
    const Clock clock = make_clock(experiment_.train, replicas_.front().data().train.size);
    const double flops = plan::run_flops(experiment_) / static_cast<double>(std::max<std::int64_t>(clock.total_steps, 1));
    for (const std::int64_t target : evaluation_steps(experiment_.train.evaluate, clock))
      for (Replica<T>& replica : replicas_) {
        while (replica.step() < target && !replica.finished()) {
          const std::int64_t before = replica.step();
          replica.advance(*network_, std::min(target, before + stride_of_steps));
          if (options.on_progress) options.on_progress(flops * static_cast<double>(replica.step() - before));
          if (stop) return std::nullopt;
        }
        if (!replica.finished()) replica.evaluate(*network_);
      }
    return results(options);
  }

 private:
  const config::Experiment& experiment(std::size_t r) const {
    return plan_.points[plan_.runs[runs_[r]].point].experiment;
  }

  std::vector<store::RunResult> results(const StackOptions& options) {
    std::vector<store::RunResult> all;
    for (std::size_t r = 0; r < replicas_.size(); ++r) {
      const plan::Run& run = plan_.runs[runs_[r]];
      all.push_back(replicas_[r].finish(run.hash));
      if (!options.weights_folder.empty())
        save_weights<T>(options.weights_folder / (run.id() + ".safetensors"), layout_,
                        replicas_[r].slices().parameters, replicas_[r].slices().statistics);
    }
    return all;
  }

  const plan::Plan& plan_;
  const plan::Stack& runs_;
  const config::Experiment& experiment_;  // of the first run: shapes, schedule
  nn::Layout layout_;
  nn::Buffer<T> parameters_, statistics_, moments_, gradient_;  // [R, P], [R, S], [R, moments, P], [P]
  std::optional<nn::Mlp<T>> network_;
  std::vector<Replica<T>> replicas_;
};

template <class T>
std::optional<std::vector<store::RunResult>> train_as(const plan::Plan& plan, const plan::Stack& stack, Shared& shared,
                                                      Inputs<T>& inputs, const StackOptions& options,
                                                      const std::atomic<bool>& stop) {
  return Stack<T>(plan, stack, shared, inputs).train(options, stop);
}

}  // namespace

std::optional<std::vector<store::RunResult>> train_stack(const plan::Plan& plan, const plan::Stack& stack,
                                                         Shared& shared, const StackOptions& options,
                                                         const std::atomic<bool>& stop) {
  switch (plan.points[plan.runs[stack.front()].point].experiment.precision) {
    case config::Precision::float32: return train_as<float>(plan, stack, shared, shared.inputs32, options, stop);
    case config::Precision::float64: return train_as<double>(plan, stack, shared, shared.inputs64, options, stop);
  }
  __builtin_unreachable();
}

}  // namespace descent::train
