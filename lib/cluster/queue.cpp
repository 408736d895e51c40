#include "cluster/queue.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"
#include "core/text.h"
#include "plan/shard.h"

namespace descent::cluster {
namespace {

constexpr std::uint64_t most_bytes = 1 << 20;

std::filesystem::path file_in(const std::filesystem::path& results) { return folder_in(results) / "array.json"; }

}  // namespace

std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char letter : word) text += letter == '\'' ? "'\\''" : std::string(1, letter);
  return text + "'";
}

std::string output_of(const std::string& command) {
  std::fflush(nullptr);
  std::FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (!pipe) throw core::FaultError(fmt::format("cannot start a shell: {}", std::strerror(errno)));
  std::string text;
  std::array<char, 4096> buffer;
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) text.append(buffer.data(), count);
  const int status = pclose(pipe);
  if (status == 0) return text;
  while (text.ends_with('\n')) text.pop_back();
  const std::string program = command.substr(0, command.find(' '));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
    throw core::FaultError(fmt::format("{}: not found; this is no machine of a Slurm cluster", program));
  throw core::FaultError(fmt::format("{} failed: {}", program, core::printable(text)));
}

std::vector<Task> parse_queue(const std::string& text) {
  std::vector<Task> tasks;
  for (const std::string& line : core::split(text, '\n')) {
    const std::vector<std::string> words = core::split(line, '|');
    if (words.size() != 5) continue;
    if (const auto index = core::parse_integer(words[1]))
      tasks.push_back({words[0], *index, words[2], words[3], words[4]});
  }
  return tasks;
}

std::vector<Task> queued_tasks(const std::string& job_name) {
  return parse_queue(output_of("squeue --noheader --array --name=" + quoted(job_name) + " --format='%F|%K|%T|%M|%r'"));
}

std::string ranges(const std::vector<std::int64_t>& indices) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < indices.size();) {
    std::size_t last = i;
    while (last + 1 < indices.size() && indices[last + 1] == indices[last] + 1) ++last;
    words.push_back(last == i ? std::to_string(indices[i]) : fmt::format("{}-{}", indices[i], indices[last]));
    i = last + 1;
  }
  return core::join(words, ",");
}

std::string submission(const std::filesystem::path& folder, const std::string& options, const std::string& script) {
  return fmt::format("sbatch --parsable --chdir={0}{1} {2}", quoted(folder.string()), options,
                     quoted((folder / script).string()));
}

std::string submit(const std::string& command) {
  const std::string text = output_of(command);
  for (const std::string& line : core::split(text, '\n'))  // beside notes of the cluster; "12;cluster" in a federation
    if (const std::string job = line.substr(0, line.find(';'));
        !job.empty() && std::ranges::all_of(job, [](unsigned char letter) { return std::isdigit(letter); }))
      return job;
  throw core::FaultError(fmt::format("sbatch names no job: {}", core::printable(text)));
}

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
