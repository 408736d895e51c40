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
#include "store/results.h"

namespace descent::report {

// `running`: begun by a process that trains now; `interrupted`: has a checkpoint, nobody trains it; `failed`: its last
// attempt failed; the next start trains it again, as the two others and what is missing.
enum class RunState { done, diverged, failed, interrupted, running, missing };
inline constexpr std::array<std::string_view, 6> state_names{"done",        "diverged", "failed",
                                                             "interrupted", "running",  "missing"};

struct PointStatus {
  std::array<std::size_t, state_names.size()> counts{};  // by state
  std::size_t attempts = 0;                              // runs begun, again and again
  double seconds = 0;                                    // of training, of finished runs
};

struct Status {
  std::vector<PointStatus> points;               // as in the plan
  PointStatus total;
  std::vector<long> processes;                   // that train now
  std::map<std::string, std::size_t> failures;   // runs by reason
  std::optional<double> seconds_left;            // with what trains now, or one stack at a time; from the times so far
  std::size_t runs = 0;                          // of the plan

  std::size_t finished() const { return total.counts[0] + total.counts[1]; }  // done, diverged
  bool complete() const { return finished() == runs; }
};

Status read_status(const store::Results& results, const plan::Plan& plan);

// A table of points with a line of totals, and what else is known.
std::string status_text(const Status& status, const plan::Plan& plan, bool color);
std::string status_json(const Status& status, const plan::Plan& plan);

}  // namespace descent::report
