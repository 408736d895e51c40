#pragma once
// Trains the stacks of a plan on several worker threads.

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/ranks.h"
#include "plan/pack.h"
#include "store/results.h"
#include "train/stack.h"

namespace descent::train {

struct SessionOptions {
  std::size_t jobs = 1;
  bool fail_fast = false;                // start no further stack after the first failure
  std::filesystem::path weights_folder;  // empty: weights are not saved
  double checkpoint_seconds = 30;        // minimum time between two checkpoints of a stack
  std::shared_ptr<engine::Ranks> ranks;  // train one stack at a time together; null: this process alone
};

// Callbacks for progress messages, called from several threads.
struct SessionObserver {
  std::function<void(double flops)> progress;
  std::function<void(std::size_t run, store::RunState state)> run_done;  // done, diverged or failed
  std::function<void(const std::string& message)> failure;
  std::function<void(const StackLoss&)> loss{};
};

struct SessionReport {
  std::size_t trained = 0, diverged = 0, failed = 0;  // runs; trained includes diverged
  bool interrupted = false;
};

// Every finished stack is written as a part immediately. Setting `stop` ends the session at the next check between
// steps.
SessionReport run_session(const plan::Plan& plan, std::vector<plan::Stack> stacks, const store::Results& results,
                          const SessionOptions& options, const SessionObserver& observer, std::atomic<bool>& stop);

// Called on the other ranks: trains the same stacks as rank 0. Returns false if the session was interrupted.
bool follow_session(const plan::Plan& plan, std::shared_ptr<engine::Ranks> ranks, const std::atomic<bool>& stop);

}  // namespace descent::train
