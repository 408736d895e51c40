#pragma once
// Trains one stack: R networks of equal shapes on one workspace, their parameters side by side in one buffer [R, P].
// Between two evaluations each network advances alone, so its numbers cannot depend on its neighbours.

#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "data/data.h"
#include "plan/pack.h"
#include "plan/plan.h"
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
};

// The rows of every run, in the order of the stack; nothing when `stop` was raised before the end.
std::optional<std::vector<store::RunResult>> train_stack(const plan::Plan& plan, const plan::Stack& stack,
                                                         Shared& shared, const StackOptions& options,
                                                         const std::atomic<bool>& stop);

}  // namespace descent::train
