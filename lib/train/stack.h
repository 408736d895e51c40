#pragma once
// Training of one stack: runs whose networks are trained by one engine.

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

// State shared by the stacks of a session.
struct SharedState {
  data::Loader loader;
  engine::Factory engines;
  std::shared_ptr<engine::Ranks> ranks{};  // those of `engines`; null: this process alone
};

// The loss of the runs of a stack at an evaluation.
struct StackLoss {
  std::size_t first_run, count;  // index in the plan of the first run of the stack; number of runs still training
  std::int64_t step;
  double loss;  // mean over those runs
};

struct StackOptions {
  std::filesystem::path weights_folder;           // empty: weights are not saved
  std::function<void(double flops)> on_progress;  // FLOPs of matrix products since the last call
  double checkpoint_seconds = 30;                 // minimum time between two checkpoints
  std::function<void(const StackLoss&)> on_loss{};
};

// Loads the data of a run and returns the replica for an engine.
engine::Replica make_replica(const config::Experiment& experiment, std::int64_t seed, data::Loader& loader);

// The nonempty splits that evaluations measure.
std::vector<config::Split> evaluated_splits(const config::Evaluate& evaluate, const data::RunData& data);

// Returns the results of every run, in the order of the stack, or nothing if `stop` was set before the end. Writes
// checkpoints then and at intervals, and resumes runs from them; `checkpoints` may be null. All ranks train the same
// stack, but only the main rank evaluates, has checkpoints and returns results. If one rank is stopped, all stop.
std::optional<std::vector<store::RunResult>> train_stack(const plan::Plan& plan, const plan::Stack& stack,
                                                         SharedState& shared, const StackOptions& options,
                                                         store::Checkpoints* checkpoints,
                                                         const std::atomic<bool>& stop);

}  // namespace descent::train
