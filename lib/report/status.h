#pragma once
// The progress of an experiment: the states, attempts, times and failures of its runs by point, and the Slurm array
// that trains it by shard.

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cluster/slurm.h"
#include "plan/plan.h"
#include "report/table.h"
#include "store/results.h"

namespace descent::report {

using store::RunState;

struct PointStatus {
  std::map<RunState, std::size_t> counts{};  // number of runs; states without runs may be absent
  std::size_t attempts = 0;                  // starts of its runs
  double seconds = 0;                        // training time of finished runs

  std::size_t count(RunState state) const { return counts.contains(state) ? counts.at(state) : 0; }
};

struct Status {
  std::vector<PointStatus> points;  // by point of the plan
  PointStatus total;
  std::vector<std::string> processes;           // processes that are training
  std::map<std::string, std::size_t> failures;  // number of runs by reason
  std::optional<double> seconds_left;  // estimated from the finished runs, with the stacks that train now, or one
  std::size_t runs = 0;                // in the plan
  std::vector<double> remaining;       // core seconds left, by run; from the cost alone if nothing has finished

  std::size_t finished() const { return total.count(RunState::done) + total.count(RunState::diverged); }
  bool complete() const { return finished() == runs; }
};

Status read_status(const store::Results& results, const plan::Plan& plan);

// A table of points with a line of totals; then failures, remaining time and running processes.
std::string status_text(const Status& status, const plan::Plan& plan, const Screen& screen);
Json status_json(const Status& status, const plan::Plan& plan);

struct ShardStatus {
  std::int64_t index = 1;
  std::size_t runs = 0, finished = 0;
  std::string state{};  // done, pending, running, failed (unfinished but not queued) or unknown (queue not readable)
  std::string task{}, elapsed{}, reason{};
  std::optional<double> seconds_left{};
};

struct ArrayStatus {
  cluster::Array array;
  std::vector<ShardStatus> shards;
  std::string problem;  // why the queue could not be read
};

// Returns nullopt if no array was submitted, or only for another version of the experiment.
std::optional<ArrayStatus> read_array_status(const store::Results& results, const plan::Plan& plan,
                                             const Status& status);

// A line of totals and a table of the shards that are not done.
std::string array_text(const ArrayStatus& status, const Screen& screen);
Json array_json(const ArrayStatus& status);

}  // namespace descent::report
