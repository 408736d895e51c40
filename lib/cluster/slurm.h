#pragma once
// Slurm: its queue, through sbatch and squeue (and other programs through the shell); array.json, what was submitted to
// it for the results of an experiment; the batch scripts of a job array that trains the shards of an experiment, and of
// the job that follows it.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace descent::cluster {

// 'word', for the shell.
std::string quoted(const std::string& word);

// What a shell command printed on stdout and stderr. FaultError with this text where it fails.
std::string output_of(const std::string& command);

// A task of an array that has not ended.
struct Task {
  std::string job;         // of the array
  std::int64_t index = 0;  // in it: the shard
  std::string state;       // "PENDING", "RUNNING", ...
  std::string elapsed;     // "1:23"
  std::string reason;      // of waiting

  bool ends() const { return state == "COMPLETING"; }  // its process may still write a checkpoint
  std::string id() const { return job + "_" + std::to_string(index); }
};

// The tasks of the arrays with this name. FaultError without Slurm.
std::vector<Task> queued_tasks(const std::string& job_name);

// What squeue prints with the format of queued_tasks; other lines are skipped.
std::vector<Task> parse_queue(const std::string& text);

// "1-3,7", as sbatch takes indices; they are ascending.
std::string ranges(const std::vector<std::int64_t>& indices);

// The shell command that submits a script to run in `folder`.
std::string submission(const std::filesystem::path& folder, const std::string& options, const std::string& script);

// Submits; the number of the job. FaultError with what sbatch says.
std::string submit(const std::string& command);

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
