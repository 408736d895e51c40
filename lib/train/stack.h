#pragma once
// Trains one stack: R networks of equal shapes on one workspace, their parameters side by side in one buffer [R, P].
// They advance one after the other, each with its tensors in the cache: no operation has an overhead that sharing it
// would save, and no number can depend on the neighbours.

#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "data/data.h"
#include "plan/pack.h"
#include "plan/plan.h"
#include "store/checkpoint.h"
#include "store/results.h"
#include "train/inputs.h"

namespace descent::train {

// What the stacks of one session share.
struct Shared {
  data::Loader loader;
  Inputs<float> inputs32;
  Inputs<double> inputs64;
};

struct StackOptions {
  std::filesystem::path weights_folder;          // empty: weights are not saved
  std::function<void(double flops)> on_progress;  // matrix-product operations since the last call
  double checkpoint_seconds = 30;                 // least time between two checkpoints
};

// The rows of every run, in the order of the stack; nothing when `stop` was raised before the end: then, and now and
// then before, the state of the stack is in the checkpoints. Runs continue from states found there. `checkpoints` may
// be null.
std::optional<std::vector<store::RunResult>> train_stack(const plan::Plan& plan, const plan::Stack& stack,
                                                         Shared& shared, const StackOptions& options,
                                                         store::Checkpoints* checkpoints,
                                                         const std::atomic<bool>& stop);

}  // namespace descent::train
