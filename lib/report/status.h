#pragma once
// How far an experiment is: the states of its runs by point, attempts, times, failures; the Slurm array that trains it,
// shard by shard.

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

struct ShardStatus {
  std::int64_t index = 1;
  std::size_t runs = 0, finished = 0;
  std::string state{};  // done, pending, running, failed: neither finished nor in the queue, unknown: no queue
  std::string task{}, elapsed{}, reason{};
  std::optional<double> seconds_left{};  // of training
};

struct ArrayStatus {
  cluster::Array array;
  std::vector<ShardStatus> shards;
  std::string problem;  // why the queue could not be read
};

// Nothing where none was submitted, or one of another version of the experiment.
std::optional<ArrayStatus> read_array_status(const store::Results& results, const plan::Plan& plan,
                                             const Status& status);

// A line of totals and a table of the shards that are not done.
std::string array_text(const ArrayStatus& status, const Screen& screen);
Json array_json(const ArrayStatus& status);

}  // namespace descent::report
