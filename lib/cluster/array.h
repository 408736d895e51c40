#pragma once
// array.json: what was submitted for the results of an experiment.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cluster/queue.h"

namespace descent::cluster {

struct Array {
  std::string plan;  // hash of the plan that its tasks train
  std::int64_t shards = 1;
  std::int64_t jobs = 1;                 // stacks that a task trains at the same time
  std::vector<std::string> submitted{};  // job numbers, the latest last

  // Those of `tasks` that belong to it.
  std::vector<Task> own(const std::vector<Task>& tasks) const;
};

// Scripts, logs and record of an experiment with its results in `results`.
std::filesystem::path folder_in(const std::filesystem::path& results);

// Nothing where none was submitted; InputError for a damaged record.
std::optional<Array> read_array(const std::filesystem::path& results);
void write_array(const std::filesystem::path& results, const Array& array);

}  // namespace descent::cluster
