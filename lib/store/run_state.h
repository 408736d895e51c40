#pragma once
// The states of a run and their names, in summary.csv and in the output of `descent status`.

#include <algorithm>
#include <array>
#include <string_view>

namespace descent::store {

// running: started by a process that is still training; interrupted: has a checkpoint, but no process trains it;
// failed: its last attempt failed. `descent run` trains the runs in all states except done and diverged.
enum class RunState { missing, running, interrupted, failed, diverged, done };

struct RunStateName {
  RunState state;
  std::string_view name;
};
// In the order of output.
inline constexpr std::array<RunStateName, 6> run_states{{{RunState::done, "done"},
                                                         {RunState::diverged, "diverged"},
                                                         {RunState::failed, "failed"},
                                                         {RunState::interrupted, "interrupted"},
                                                         {RunState::running, "running"},
                                                         {RunState::missing, "missing"}}};

constexpr std::string_view name_of(RunState state) {
  return std::ranges::find(run_states, state, &RunStateName::state)->name;
}

}  // namespace descent::store
