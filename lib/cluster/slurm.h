#pragma once
// Slurm: its queue, through sbatch and squeue; array.json, which records the job array of an experiment; the batch
// scripts of the array, which trains the shards of the experiment, and of the job that follows it.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace descent::cluster {

// The word in single quotes for the shell.
std::string shell_quoted(const std::string& word);

// Runs a shell command and returns its stdout and stderr; throws FaultError with this text if the command fails.
std::string command_output(const std::string& command);

// A task in the queue.
struct Task {
  std::string job;         // the job number of its array
  std::int64_t index = 0;  // in the array: the shard
  std::string state;       // "PENDING", "RUNNING", ...
  std::string elapsed;     // "1:23"
  std::string reason;      // why it is waiting

  bool is_ending() const { return state == "COMPLETING"; }  // its process may still write a checkpoint
  std::string id() const { return job + "_" + std::to_string(index); }
};

// The queued tasks of all arrays with this name; throws FaultError if Slurm is not installed.
std::vector<Task> queued_tasks(const std::string& job_name);

// Parses the output of squeue for queued_tasks; skips other lines.
std::vector<Task> parse_queue(const std::string& text);

// Ascending indices in the format of sbatch --array: "1-3,7".
std::string ranges(const std::vector<std::int64_t>& indices);

// The shell command that submits a script to run in `folder`.
std::string submission(const std::filesystem::path& folder, const std::string& options, const std::string& script);

// Runs the command of submission() and returns the job number; throws FaultError with the output of sbatch.
std::string submit(const std::string& command);

struct Array {
  std::string plan;  // hash of the plan that its tasks train
  std::int64_t shards = 1;
  std::int64_t jobs = 1;                 // number of stacks that a task trains at the same time
  std::vector<std::string> submitted{};  // job numbers, the latest last

  // The elements of `tasks` that belong to these jobs.
  std::vector<Task> select(const std::vector<Task>& tasks) const;
};

// The folder of scripts, logs and array.json in the results folder `results`.
std::filesystem::path folder_in(const std::filesystem::path& results);

// Reads array.json, if it exists; throws InputError if it is damaged.
std::optional<Array> read_array(const std::filesystem::path& results);
void write_array(const std::filesystem::path& results, const Array& array);

// Resources of a task. Empty or 0: the default of the cluster.
struct Request {
  std::string time{}, partition{}, account{}, mem{};
  std::int64_t cpus = 0, gpus = 0;
  std::string sbatch_options{};  // further options
};

// Parses a time limit of sbatch into seconds: "90" (minutes), "1:30:00", "2-12"; throws InputError for anything else.
std::int64_t seconds_of(const std::string& time);

struct Scripts {
  std::string experiment;         // its name
  std::filesystem::path program;  // descent
  std::filesystem::path out;      // root folder of the results
  std::int64_t shards = 1;
  std::int64_t jobs = 1;  // number of stacks that a task trains at the same time
  Request request{};
  bool has_claims = false;

  // Both scripts run in the folder of experiment.json and write their logs there.
  std::string task() const;
  std::string finish() const;
};

std::string job_name(const std::string& experiment);

}  // namespace descent::cluster
