#pragma once
// The Slurm array that trains an experiment, shard by shard.

#include <optional>
#include <string>
#include <vector>

#include "cluster/array.h"
#include "report/json.h"
#include "report/status.h"

namespace descent::report {

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
