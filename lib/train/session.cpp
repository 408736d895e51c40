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

const config::Experiment& experiment_of(const plan::Plan& plan, const plan::Stack& stack) {
  return plan.experiment(stack.front());
}

double cost(const plan::Plan& plan, const plan::Stack& stack) {
  return plan::run_flops(experiment_of(plan, stack)) * static_cast<double>(stack.size());
}

std::vector<std::string> hashes(const plan::Plan& plan, const plan::Stack& stack) {
  std::vector<std::string> all;
  for (const std::size_t run : stack) all.push_back(plan.runs[run].hash);
  return all;
}

// The stacks that rank 0 trains next, one after the other, then an empty one.
plan::Stack share_stack(engine::Ranks& ranks, plan::Stack stack) {
  core::Writer writer;
  writer(stack);
  const std::string bytes = ranks.share(writer.bytes());
  core::Reader reader(bytes);
  reader(stack);
  return stack;
}

// What the clocks show.
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
    // The longest first, so that no worker is left alone with a long stack at the end.
    std::ranges::stable_sort(stacks_, std::ranges::greater{},
                             [&](const plan::Stack& stack) { return cost(plan, stack); });
  }

  SessionReport run() {
    if (options_.ranks) train_with_ranks();
    else train_with_threads();
    forget_finished_states();
    report_.interrupted = stop_ && !halted_;
    return report_;
  }

 private:
  void train_with_threads() {
    std::vector<std::jthread> workers;
    try {
      for (std::size_t i = 0; i < std::min(options_.jobs, stacks_.size()); ++i)
        workers.emplace_back([this] { work(); });
    } catch (const std::system_error& error) {  // a limit on processes (ulimit -u); those that started do the work
      observer_.failure(
          fmt::format("only {} of {} threads could be started ({}): raise the limit (ulimit -u) or use "
                      "fewer --jobs",
                      workers.size(), std::min(options_.jobs, stacks_.size()), error.what()));
      if (workers.empty()) work();
    }
  }

  // A failure on this rank leaves the others waiting in the middle of a step: it ends the session, and thereby them.
  void train_with_ranks() {
    const plan::Stack* current = nullptr;
    try {
      options_.ranks->share(plan_.hash);
      for (const plan::Stack& stack : stacks_) {
        if (stop_) break;
        current = &stack;
        train(share_stack(*options_.ranks, stack));
      }
      share_stack(*options_.ranks, {});
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

  // Of the exception that is being handled. Where memory is short, there may be none for words: the runs count as
  // failed without them, and the other stacks go on.
  void fail(const plan::Stack& stack) {
    const std::lock_guard lock(mutex_);
    report_.failed += stack.size();
    try {
      const auto [why, halts] = fault();
      attempts_.failed(hashes(plan_, stack), why);
      for (const std::size_t run : stack) observer_.run_done(run, store::RunState::failed);
      if (halted_) return;
      halted_ = halts;
      stop_ = stop_ || halts;
      observer_.failure(fmt::format("{} run{} failed: {}", stack.size(), stack.size() == 1 ? "" : "s", why));
    } catch (const std::bad_alloc&) {
      halted_ = halted_ || options_.fail_fast;
      stop_ = stop_ || halted_;
    }
  }

  // What the exception that is being handled says, and whether it ends the session.
  std::pair<std::string, bool> fault() const {
    try {
      throw;
    } catch (const core::FaultError& error) {  // the machine: what follows would fail as well
      return {error.what(), true};
    } catch (const std::bad_alloc&) {
      return {"out of memory; start again with fewer --jobs", options_.fail_fast};
    } catch (const c10::OutOfMemoryError& error) {
      return {fmt::format("out of memory on the device: {}", error.what_without_backtrace()), options_.fail_fast};
    } catch (const c10::Error& error) {
      const std::string why = error.what_without_backtrace();
      const bool memory = why.find("DefaultCPUAllocator") != std::string::npos;  // it throws no type of its own
      return {memory ? "out of memory; start again with fewer --jobs" : why, options_.fail_fast};
    } catch (const std::exception& error) {
      return {error.what(), options_.fail_fast};
    }
  }

  // A file of an earlier session may hold runs of several shards: whoever ends last removes it.
  void forget_finished_states() {
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
    attempts_.begun(hashes(plan_, stack));
    const auto rows = train_stack(plan_, stack, shared_, options, &checkpoints_, stop_);
    if (!rows) {
      stop_ = true;  // another rank may have been asked to
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
  Shared shared_{data::Loader(), engine::Factory(observer_.failure, options_.ranks), options_.ranks};
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
  if (ranks->share("") != plan.hash)
    throw core::InputError(fmt::format("rank {} reads another experiment, or other data, than rank 0", ranks->rank()));
  Shared shared{data::Loader(), engine::Factory({}, ranks), ranks};
  for (bool trained = true;;) {
    const plan::Stack stack = share_stack(*ranks, {});
    if (stack.empty()) return trained;
    trained = train_stack(plan, stack, shared, {}, nullptr, stop).has_value();
  }
}

}  // namespace descent::train
