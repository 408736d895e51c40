#include "cluster/script.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cluster/queue.h"
#include "core/error.h"
#include "core/text.h"

namespace descent::cluster {
namespace {

// Enough for a checkpoint, and at most a tenth of a short time limit.
std::int64_t warning_seconds(const std::string& time) {
  constexpr std::int64_t most = 120;
  return time.empty() ? most : std::clamp<std::int64_t>(seconds_of(time) / 10, 1, most);
}

std::string option(const char* name, const std::string& value) {
  return value.empty() ? "" : fmt::format("#SBATCH --{}={}\n", name, value);
}

// What both jobs ask for.
std::string common(const Request& request) {
  return option("time", request.time) + option("partition", request.partition) + option("account", request.account) +
         option("mem", request.mem) + (request.more.empty() ? "" : fmt::format("#SBATCH {}\n", request.more));
}

}  // namespace

std::int64_t seconds_of(const std::string& time) {
  const auto bad = [&] {
    return core::InputError(
        fmt::format("--time {}: must be minutes, hours:minutes:seconds or days-hours, as sbatch "
                    "takes them",
                    core::quoted(time)));
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

std::string task_job(const std::string& name) { return "descent-" + name; }

std::string Scripts::task() const {
  return fmt::format(R"(#!/bin/bash
#SBATCH --job-name={job}
#SBATCH --array=1-{shards}
#SBATCH --ntasks=1
#SBATCH --output=%A_%a.log
#SBATCH --open-mode=append
#SBATCH --requeue
#SBATCH --signal=B:USR1@{warning}
{cpus}{gpus}{common}# Ahead of the time limit USR1 makes the task write its checkpoints and go back into the queue.
export DESCENT_REQUEUE="${{SLURM_ARRAY_JOB_ID}}_$SLURM_ARRAY_TASK_ID"
# exec: a signal to this script reaches the program.
exec {program} run experiment.json --out {out} --shard "$SLURM_ARRAY_TASK_ID/{shards}" --jobs {jobs}
)",
                     fmt::arg("job", task_job(name)), fmt::arg("shards", shards),
                     fmt::arg("warning", warning_seconds(request.time)),
                     fmt::arg("cpus", option("cpus-per-task", request.cpus > 0 ? std::to_string(request.cpus) : "")),
                     fmt::arg("gpus", option("gpus", request.gpus > 0 ? std::to_string(request.gpus) : "")),
                     fmt::arg("common", common(request)), fmt::arg("program", quoted(program.string())),
                     fmt::arg("out", quoted(out.string())), fmt::arg("jobs", jobs));
}

std::string Scripts::finish() const {
  std::string text = fmt::format(
      "#!/bin/bash\n#SBATCH --job-name={}-finish\n#SBATCH --ntasks=1\n"
      "#SBATCH --output=%j.log\n{}status=0\n",
      task_job(name), common(request));
  const auto step = [&](const char* command) {
    text += fmt::format("{} {} experiment.json --out {} || status=$?\n", quoted(program.string()), command,
                        quoted(out.string()));
  };
  step("merge");
  if (verifies) step("verify");
  step("report");
  return text + "exit $status\n";
}

}  // namespace descent::cluster
