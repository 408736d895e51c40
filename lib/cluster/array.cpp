#include "cluster/array.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"
#include "plan/shard.h"

namespace descent::cluster {
namespace {

constexpr std::uint64_t most_bytes = 1 << 20;

std::filesystem::path file_in(const std::filesystem::path& results) { return folder_in(results) / "array.json"; }

}  // namespace

std::vector<Task> Array::own(const std::vector<Task>& tasks) const {
  std::vector<Task> found;
  std::ranges::copy_if(tasks, std::back_inserter(found),
                       [&](const Task& task) { return std::ranges::find(submitted, task.job) != submitted.end(); });
  return found;
}

std::filesystem::path folder_in(const std::filesystem::path& results) { return results / "slurm"; }

std::optional<Array> read_array(const std::filesystem::path& results) {
  const std::filesystem::path file = file_in(results);
  std::error_code error;
  if (!std::filesystem::exists(symlink_status(file, error))) return std::nullopt;
  try {
    const auto json = nlohmann::json::parse(core::read_regular_file(file, most_bytes));
    Array array{json.at("plan"), json.at("shards"), json.at("jobs"), json.at("submitted")};
    if (array.shards >= 1 && array.shards <= plan::most_shards && array.jobs >= 1) return array;
  } catch (const nlohmann::json::exception&) {  // reported below
  }
  throw core::InputError(fmt::format("{}: damaged; remove it where no job of it is in the queue", file.string()));
}

void write_array(const std::filesystem::path& results, const Array& array) {
  const nlohmann::ordered_json json{
      {"plan", array.plan}, {"shards", array.shards}, {"jobs", array.jobs}, {"submitted", array.submitted}};
  core::write_file_atomically(file_in(results), json.dump(1) + "\n");
}

}  // namespace descent::cluster
