#pragma once
// The batch scripts of a job array that trains the shards of an experiment, and of the job that follows it.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace descent::cluster {

// What a task asks Slurm for. Empty or 0: what the cluster gives.
struct Request {
  std::string time{}, partition{}, account{}, mem{};
  std::int64_t cpus = 0, gpus = 0;
  std::string more{};  // further options of sbatch
};

// Seconds of a time limit as sbatch takes it: "90" (minutes), "1:30:00", "2-12". InputError for anything else.
std::int64_t seconds_of(const std::string& time);

struct Scripts {
  std::string name;               // of the experiment
  std::filesystem::path program;  // descent
  std::filesystem::path out;      // root folder of the results
  std::int64_t shards = 1;
  std::int64_t jobs = 1;  // stacks that a task trains at the same time
  Request request{};
  bool verifies = false;

  // Both run in the folder that holds experiment.json, where their logs go.
  std::string task() const;
  std::string finish() const;
};

// Names of the jobs.
std::string task_job(const std::string& name);

}  // namespace descent::cluster
