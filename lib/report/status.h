#pragma once
// How far an experiment is: the states of its runs by point, attempts, times, failures.

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"
#include "report/json.h"
#include "report/terminal.h"
#include "store/results.h"

namespace descent::report {

using store::RunState;

struct PointStatus {
  std::map<RunState, std::size_t> counts{};  // runs; states without runs may be absent
  std::size_t attempts = 0;                  // how often its runs were started
  double seconds = 0;                        // of training, of finished runs

  std::size_t count(RunState state) const { return counts.contains(state) ? counts.at(state) : 0; }
};

struct Status {
  std::vector<PointStatus> points;  // as in the plan
  PointStatus total;
  std::vector<std::string> processes;           // that are training
  std::map<std::string, std::size_t> failures;  // runs by reason
  std::optional<double> seconds_left;  // at the current number of stacks at a time, or one; from the times so far
  std::size_t runs = 0;                // of the plan
  std::vector<double> open;            // of each run, 0 for a finished one: the seconds of one core that are left, as
                                       // estimated by cost alone where nothing is finished

  std::size_t finished() const { return total.count(RunState::done) + total.count(RunState::diverged); }
  bool complete() const { return finished() == runs; }
};

Status read_status(const store::Results& results, const plan::Plan& plan);

// A table of points with a line of totals; then failures, remaining time and running processes.
std::string status_text(const Status& status, const plan::Plan& plan, const Screen& screen);
Json status_json(const Status& status, const plan::Plan& plan);

}  // namespace descent::report
