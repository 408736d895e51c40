#include "cluster/slurm.h"

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

constexpr std::uint64_t max_bytes = 1 << 20;

std::filesystem::path file_in(const std::filesystem::path& results) { return folder_in(results) / "array.json"; }

// The time between the signal and the time limit: enough for a checkpoint, at most a tenth of a short limit.
std::int64_t warning_seconds(const std::string& time) {
  constexpr std::int64_t max_seconds = 120;
  return time.empty() ? max_seconds : std::clamp<std::int64_t>(seconds_of(time) / 10, 1, max_seconds);
}

std::string option(const char* name, const std::string& value) {
  return value.empty() ? "" : fmt::format("#SBATCH --{}={}\n", name, value);
}

// The options of both jobs.
std::string common_options(const Request& request) {
  return option("time", request.time) + option("partition", request.partition) + option("account", request.account) +
         option("mem", request.mem) +
         (request.sbatch_options.empty() ? "" : fmt::format("#SBATCH {}\n", request.sbatch_options));
}

}  // namespace

std::string shell_quoted(const std::string& word) {
  std::string text = "'";
  for (const char letter : word) text += letter == '\'' ? "'\\''" : std::string(1, letter);
  return text + "'";
}

std::string command_output(const std::string& command) {
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
    throw core::FaultError(fmt::format("{}: not found; this machine does not belong to a Slurm cluster", program));
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
  return parse_queue(
      command_output("squeue --noheader --array --name=" + shell_quoted(job_name) + " --format='%F|%K|%T|%M|%r'"));
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
  return fmt::format("sbatch --parsable --chdir={}{} {}", shell_quoted(folder.string()), options,
                     shell_quoted((folder / script).string()));
}

std::string submit(const std::string& command) {
  const std::string text = command_output(command);
  for (const std::string& line : core::split(text, '\n'))  // the cluster may add notes; "12;cluster" in a federation
    if (const std::string job = line.substr(0, line.find(';'));
        !job.empty() && std::ranges::all_of(job, [](unsigned char letter) { return std::isdigit(letter); }))
      return job;
  throw core::FaultError(fmt::format("sbatch printed no job number: {}", core::printable(text)));
}

std::vector<Task> Array::select(const std::vector<Task>& tasks) const {
  std::vector<Task> selected;
  std::ranges::copy_if(tasks, std::back_inserter(selected),
                       [&](const Task& task) { return std::ranges::find(submitted, task.job) != submitted.end(); });
  return selected;
}

std::filesystem::path folder_in(const std::filesystem::path& results) { return results / "slurm"; }

std::optional<Array> read_array(const std::filesystem::path& results) {
  const std::filesystem::path file = file_in(results);
  std::error_code error;
  if (!std::filesystem::exists(symlink_status(file, error))) return std::nullopt;
  try {
    const auto json = nlohmann::json::parse(core::read_regular_file(file, max_bytes));
    Array array{json.at("plan"), json.at("shards"), json.at("jobs"), json.at("submitted")};
    if (array.shards >= 1 && array.shards <= plan::max_shards && array.jobs >= 1) return array;
  } catch (const nlohmann::json::exception&) {  // reported below
  }
  throw core::InputError(fmt::format("{}: damaged; remove it if none of its jobs is in the queue", file.string()));
}

void write_array(const std::filesystem::path& results, const Array& array) {
  const nlohmann::ordered_json json{
      {"plan", array.plan}, {"shards", array.shards}, {"jobs", array.jobs}, {"submitted", array.submitted}};
  core::write_file_atomically(file_in(results), json.dump(1) + "\n");
}

std::int64_t seconds_of(const std::string& time) {
  const auto bad = [&] {
    return core::InputError(fmt::format(
        "--time {}: must be minutes, hours:minutes:seconds or days-hours, as for sbatch", core::quoted(time)));
  };
  const std::size_t dash = time.find('-');
  std::vector<std::int64_t> numbers;
  for (const std::string& word : core::split(dash == std::string::npos ? time : time.substr(dash + 1), ':')) {
    const auto number = core::parse_integer(word);
    if (!number || *number < 0 || *number > 1'000'000) throw bad();
    numbers.push_back(*number);
  }
  if (numbers.empty() || numbers.size() > 3) throw bad();
  if (dash != std::string::npos) {  // days-hours[:minutes[:seconds]]
    numbers.resize(3);
    const std::optional<double> days = core::parse_number(time.substr(0, dash));
    if (!days || *days < 0 || *days > 10'000) throw bad();
    return static_cast<std::int64_t>(*days) * 86400 + numbers[0] * 3600 + numbers[1] * 60 + numbers[2];
  }
  if (numbers.size() < 3) numbers.insert(numbers.begin(), 0), numbers.resize(3);  // minutes[:seconds]
  return numbers[0] * 3600 + numbers[1] * 60 + numbers[2];
}

std::string job_name(const std::string& experiment) { return "descent-" + experiment; }

std::string Scripts::task() const {
  return fmt::format(R"(#!/bin/bash
#SBATCH --job-name={job}
#SBATCH --array=1-{shards}
#SBATCH --ntasks=1
#SBATCH --output=%A_%a.log
#SBATCH --open-mode=append
#SBATCH --requeue
#SBATCH --signal=B:USR1@{warning}
{cpus}{gpus}{common}# Before the time limit, USR1 makes the task write its checkpoints and return to the queue.
export DESCENT_REQUEUE="${{SLURM_ARRAY_JOB_ID}}_$SLURM_ARRAY_TASK_ID"
# With exec, signals to this script reach the program.
exec {program} run experiment.json --out {out} --shard "$SLURM_ARRAY_TASK_ID/{shards}" --jobs {jobs}
)",
                     fmt::arg("job", job_name(experiment)), fmt::arg("shards", shards),
                     fmt::arg("warning", warning_seconds(request.time)),
                     fmt::arg("cpus", option("cpus-per-task", request.cpus > 0 ? std::to_string(request.cpus) : "")),
                     fmt::arg("gpus", option("gpus", request.gpus > 0 ? std::to_string(request.gpus) : "")),
                     fmt::arg("common", common_options(request)), fmt::arg("program", shell_quoted(program.string())),
                     fmt::arg("out", shell_quoted(out.string())), fmt::arg("jobs", jobs));
}

std::string Scripts::finish() const {
  std::string text = fmt::format(
      "#!/bin/bash\n#SBATCH --job-name={}-finish\n#SBATCH --ntasks=1\n"
      "#SBATCH --output=%j.log\n{}status=0\n",
      job_name(experiment), common_options(request));
  const auto step = [&](const char* command) {
    text += fmt::format("{} {} experiment.json --out {} || status=$?\n", shell_quoted(program.string()), command,
                        shell_quoted(out.string()));
  };
  step("merge");
  if (has_claims) step("verify");
  step("report");
  return text + "exit $status\n";
}

}  // namespace descent::cluster
