#include "train/session.h"

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <mutex>
#include <thread>
#include <utility>

#include "core/archive.h"
#include "core/error.h"
#include "plan/layers.h"
#include "store/attempts.h"
#include "store/checkpoint.h"
#include "train/stack.h"

namespace descent::train {
namespace {

double cost(const plan::Plan& plan, const plan::Stack& stack) {
  return plan::run_flops(plan.experiment(stack.front())) * static_cast<double>(stack.size());
}

std::vector<std::string> hashes(const plan::Plan& plan, const plan::Stack& stack) {
  std::vector<std::string> all;
  for (const std::size_t run : stack) all.push_back(plan.runs[run].hash);
  return all;
}

// Returns the stack that rank 0 trains next; empty after the last one.
plan::Stack broadcast_stack(engine::Ranks& ranks, plan::Stack stack) {
  core::Writer writer;
  writer(stack);
  const std::string bytes = ranks.broadcast(writer.bytes());
  core::Reader reader(bytes);
  reader(stack);
  return stack;
}

// The current times of the clocks.
store::PartTimes times() {
  const auto read = [](clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  };
  return {read(CLOCK_MONOTONIC), read(CLOCK_THREAD_CPUTIME_ID)};
}

class Session {
 public:
  Session(const plan::Plan& plan, std::vector<plan::Stack> stacks, const store::Results& results,
          const SessionOptions& options, const SessionObserver& observer, std::atomic<bool>& stop)
      : plan_(plan), stacks_(std::move(stacks)), results_(results), options_(options), observer_(observer), stop_(stop),
        checkpoints_(results.folder() / "checkpoints"), attempts_(results.folder(), options.jobs) {
    for (const std::string& warning : checkpoints_.warnings()) observer.failure(warning);
    // Longest first, so that workers finish at about the same time.
    std::ranges::stable_sort(stacks_, std::ranges::greater{},
                             [&](const plan::Stack& stack) { return cost(plan, stack); });
  }

  SessionReport run() {
    if (options_.ranks) train_with_ranks();
    else train_with_threads();
    remove_finished_checkpoints();
    report_.interrupted = stop_ && !halted_;
    return report_;
  }

 private:
  void train_with_threads() {
    std::vector<std::jthread> workers;
    try {
      for (std::size_t i = 0; i < std::min(options_.jobs, stacks_.size()); ++i)
        workers.emplace_back([this] { work(); });
    } catch (const std::system_error& error) {  // limited by ulimit -u: the started threads do the work
      observer_.failure(
          fmt::format("only {} of {} threads could be started ({}): raise the limit (ulimit -u) or use fewer --jobs",
                      workers.size(), std::min(options_.jobs, stacks_.size()), error.what()));
      if (workers.empty()) work();
    }
  }

  // After a failure on this rank the others wait in the middle of a step, so it ends the session of all ranks.
  void train_with_ranks() {
    const plan::Stack* current = nullptr;
    try {
      options_.ranks->broadcast(plan_.hash);
      for (const plan::Stack& stack : stacks_) {
        if (stop_) break;
        current = &stack;
        train(broadcast_stack(*options_.ranks, stack));
      }
      broadcast_stack(*options_.ranks, {});
    } catch (const engine::RankLost& error) {
      observer_.failure(error.what());
      stop_ = true;
    } catch (...) {
      fail(*current);
      stop_ = halted_ = true;
    }
  }

  void work() {
    for (std::size_t i = next_++; i < stacks_.size() && !stop_; i = next_++) {
      const plan::Stack& stack = stacks_[i];
      try {
        train(stack);
      } catch (...) {
        fail(stack);
      }
    }
  }

  // Handles the current exception. If memory does not suffice for its message, the runs count as failed without one.
  void fail(const plan::Stack& stack) {
    const std::lock_guard lock(mutex_);
    report_.failed += stack.size();
    try {
      const auto [reason, ends_session] = describe_failure();
      attempts_.log_failure(hashes(plan_, stack), reason);
      for (const std::size_t run : stack) observer_.run_done(run, store::RunState::failed);
      if (halted_) return;
      halted_ = ends_session;
      stop_ = stop_ || ends_session;
      observer_.failure(fmt::format("{} run{} failed: {}", stack.size(), stack.size() == 1 ? "" : "s", reason));
    } catch (const std::bad_alloc&) {
      halted_ = halted_ || options_.fail_fast;
      stop_ = stop_ || halted_;
    }
  }

  // The message of the current exception, and true if it ends the session.
  std::pair<std::string, bool> describe_failure() const {
    try {
      throw;
    } catch (const core::FaultError& error) {  // the machine is at fault: other runs would fail as well
      return {error.what(), true};
    } catch (const std::bad_alloc&) {
      return {"out of memory; run again with fewer --jobs", options_.fail_fast};
    } catch (const c10::OutOfMemoryError& error) {
      return {fmt::format("out of memory on the device: {}", error.what_without_backtrace()), options_.fail_fast};
    } catch (const c10::Error& error) {
      const std::string reason = error.what_without_backtrace();
      const bool memory = reason.find("DefaultCPUAllocator") != std::string::npos;  // has no exception type of its own
      return {memory ? "out of memory; run again with fewer --jobs" : reason, options_.fail_fast};
    } catch (const std::exception& error) {
      return {error.what(), options_.fail_fast};
    }
  }

  // A file of an earlier session may contain runs of several shards, so the last shard to finish removes it.
  void remove_finished_checkpoints() {
    const std::vector<std::size_t> missing = results_.missing(!options_.weights_folder.empty());
    std::vector<std::string> finished;
    for (std::size_t i = 0; i < plan_.runs.size(); ++i)
      if (!std::ranges::binary_search(missing, i)) finished.push_back(plan_.runs[i].hash);
    checkpoints_.remove(finished);
  }

  void train(const plan::Stack& stack) {
    const store::PartTimes start = times();
    const StackOptions options{options_.weights_folder, observer_.progress, options_.checkpoint_seconds,
                               observer_.loss};
    attempts_.log_start(hashes(plan_, stack));
    const auto rows = train_stack(plan_, stack, shared_, options, &checkpoints_, stop_);
    if (!rows) {
      stop_ = true;  // possibly requested on another rank
      return;
    }
    const store::PartTimes end = times();
    results_.write_part(*rows, {end.seconds - start.seconds, end.cpu_seconds - start.cpu_seconds});
    checkpoints_.remove(hashes(plan_, stack));
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < rows->size(); ++i) {
      const store::RunState state = (*rows)[i].summary.state();
      ++report_.trained;
      report_.diverged += state == store::RunState::diverged;
      observer_.run_done(stack[i], state);
    }
  }

  const plan::Plan& plan_;
  std::vector<plan::Stack> stacks_;
  const store::Results& results_;
  const SessionOptions& options_;
  const SessionObserver& observer_;
  std::atomic<bool>& stop_;
  SharedState shared_{data::Loader(), engine::Factory(observer_.failure, options_.ranks), options_.ranks};
  store::Checkpoints checkpoints_;
  const store::AttemptLog attempts_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
  SessionReport report_;
  bool halted_ = false;  // stopped by a failure, not by a signal
};

}  // namespace

SessionReport run_session(const plan::Plan& plan, std::vector<plan::Stack> stacks, const store::Results& results,
                          const SessionOptions& options, const SessionObserver& observer, std::atomic<bool>& stop) {
  return Session(plan, std::move(stacks), results, options, observer, stop).run();
}

bool follow_session(const plan::Plan& plan, std::shared_ptr<engine::Ranks> ranks, const std::atomic<bool>& stop) {
  if (ranks->broadcast("") != plan.hash)
    throw core::InputError(
        fmt::format("the experiment or the data of rank {} differ from those of rank 0", ranks->rank()));
  SharedState shared{data::Loader(), engine::Factory({}, ranks), ranks};
  for (bool trained = true;;) {
    const plan::Stack stack = broadcast_stack(*ranks, {});
    if (stack.empty()) return trained;
    trained = train_stack(plan, stack, shared, {}, nullptr, stop).has_value();
  }
}

}  // namespace descent::train
