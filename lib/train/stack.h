#pragma once
// Trains one stack: the runs whose networks one engine holds.

#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "data/data.h"
#include "engine/engine.h"
#include "engine/ranks.h"
#include "plan/pack.h"
#include "plan/plan.h"
#include "store/checkpoint.h"
#include "store/results.h"

namespace descent::train {

// What the stacks of one session share.
struct Shared {
  data::Loader loader;
  engine::Factory engines;
  std::shared_ptr<engine::Ranks> ranks{};  // that train every stack together, as `engines` do; null: this process alone
};

// An evaluation of runs that train together.
struct StackLoss {
  std::size_t run, together;  // the first of the stack, by its index in the plan; the number of those that still train
  std::int64_t step;
  double loss;  // mean over these runs
};

struct StackOptions {
  std::filesystem::path weights_folder;           // empty: weights are not saved
  std::function<void(double flops)> on_progress;  // matrix-product operations since the last call
  double checkpoint_seconds = 30;                 // least time between two checkpoints
  std::function<void(const StackLoss&)> on_loss{};
};

// A run as the engine trains it, with its data.
engine::Replica make_replica(const config::Experiment& experiment, std::int64_t seed, data::Loader& loader);

// The splits that exist and that evaluations measure.
std::vector<config::Split> evaluated_splits(const config::Evaluate& evaluate, const data::RunData& data);

// The rows of every run, in the order of the stack; nothing when `stop` was raised before the end: then, and at
// intervals, the state of the stack is in the checkpoints. Runs resume from states found there. `checkpoints` may be
// null. Of several ranks, which all train the same stack, the first alone evaluates, has checkpoints and gets rows; all
// stop where one of them is asked to.
std::optional<std::vector<store::RunResult>> train_stack(const plan::Plan& plan, const plan::Stack& stack,
                                                         Shared& shared, const StackOptions& options,
                                                         store::Checkpoints* checkpoints,
                                                         const std::atomic<bool>& stop);

}  // namespace descent::train
