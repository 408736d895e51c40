// descent slurm: submits the missing runs of experiments as job arrays.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "config/write.h"
#include "core/error.h"
#include "core/files.h"
#include "core/text.h"
#include "descent/commands.h"
#include "report/progress.h"
#include "report/status.h"
#include "store/lock.h"

namespace descent {
namespace {

namespace fs = std::filesystem;

// The estimated remaining seconds of each run on one core, from finished runs or from a benchmark on this machine.
// Throws FaultError if the benchmark fails.
std::vector<double> remaining_seconds(const Target& target, const std::string& file, const Options& options) {
  const report::Status status = report::read_status(target.results, target.plan);
  if (status.seconds_left) return status.remaining;
  std::string command = cluster::shell_quoted(descent_train()) + " plan --time --json " + cluster::shell_quoted(file);
  for (const std::string& word : override_words(options.overrides)) command += " " + cluster::shell_quoted(word);
  const std::string output = cluster::command_output(command);  // the last line, after notes about the data
  const std::size_t last = output.rfind('\n', output.size() - 2);
  const auto measured = nlohmann::json::parse(output.substr(last == output.npos ? 0 : last + 1), nullptr, false);
  if (!measured.is_array() || measured.size() != target.plan.points.size())
    throw core::FaultError("descent-train plan --time: unexpected output");
  std::vector<double> remaining;
  for (std::size_t run = 0; run < target.plan.runs.size(); ++run)
    remaining.push_back(status.remaining[run] > 0 ? measured[target.plan.runs[run].point].get<double>() : 0);
  return remaining;
}

// Tasks of about 20 minutes, or as long as the time limit allows: much longer than the start of a program.
std::int64_t suggested_shards(double seconds, std::size_t runs, const std::string& time) {
  constexpr double target_seconds = 1200;
  const double longest =
      time.empty() ? target_seconds : std::min(target_seconds, 0.8 * static_cast<double>(cluster::seconds_of(time)));
  const double max_shards = std::min<double>(1000, static_cast<double>(runs));  // Slurm's default limit of an array
  return static_cast<std::int64_t>(std::clamp(std::ceil(seconds / std::max(longest, 1.0)), 1.0, max_shards));
}

class Submitter {
 public:
  Submitter(const std::string& file, const Options& options)
      : file_(file), options_(options), target_(file, options),
        folder_(fs::absolute(cluster::folder_in(target_.results.folder()))), name_(target_.plan.name) {
    warn(target_.results);
    const bool on_gpu = std::ranges::any_of(target_.plan.points, [](const plan::Point& point) {
      return point.experiment.device.kind == config::DeviceKind::cuda;
    });
    const cluster::Request& request = options.request;
    if (request.gpus > 0 && !on_gpu)
      throw core::InputError(
          {{.file = file, .path = "device", .message = "--gpus: the experiment trains on the cpu; add --device cuda"}});
    scripts_ = {name_,   core::program_folder() / "descent",   fs::absolute(options.out).lexically_normal(), 1, 1,
                request, !target_.document.base.claims.empty()};
    std::int64_t cores = 1;  // per run
    for (const plan::Point& point : target_.plan.points)
      cores = std::max(cores, point.experiment.train.threads * point.experiment.train.world_size);
    scripts_.request.cpus = std::max(request.cpus, cores);
    scripts_.jobs = on_gpu ? std::max<std::int64_t>(1, request.gpus) : scripts_.request.cpus / cores;
  }

  void submit() {
    missing_ = target_.results.missing();
    if (missing_.empty()) {
      fmt::print("{}: all {} are finished; nothing to submit\n", name_, core::counted(target_.plan.runs.size(), "run"));
      return;
    }
    plan_submission();
    if (shards_.empty()) {
      fmt::print("{}: all missing runs are already in the queue: Slurm job {}\n", name_,
                 core::join(array_.submitted, ", "));
      return;
    }
    scripts_.shards = array_.shards;
    std::fputs(cost_text().c_str(), stdout);
    const std::string task = command_of_task();
    const auto finish = [&](const std::string& job) {
      std::string after = "afterany:" + job;
      for (const std::string& earlier : array_.submitted) after += ":" + earlier;
      return cluster::submission(folder_, " --dependency=" + after, "finish.sh");
    };
    if (options_.dry_run) {
      fmt::print("\n# {}\n{}\n# {}\n{}\n{}\n{}\n", (folder_ / "task.sh").string(), scripts_.task(),
                 (folder_ / "finish.sh").string(), scripts_.finish(), task, finish("JOB"));
      return;
    }
    write_files();
    const std::string job = cluster::submit(task);
    const std::string after = finish(job);
    array_.submitted.push_back(job);
    cluster::write_array(target_.results.folder(), array_);
    fmt::print("{}: submitted Slurm job {}, shards {}; then job {}: merge{}, report; logs in {}\n", name_, job,
               cluster::ranges(shards_), cluster::submit(after), scripts_.has_claims ? ", verify" : "",
               cluster::folder_in(target_.results.folder()).string());
  }

 private:
  // Chooses the shards to submit: those with missing runs that are not in the queue. Throws FaultError if other
  // training for this folder is in progress.
  void plan_submission() {
    const std::optional<cluster::Array> before = cluster::read_array(target_.results.folder());
    std::vector<cluster::Task> tasks;
    if (before) tasks = before->select(cluster::queued_tasks(cluster::job_name(name_)));
    array_ = {target_.plan.hash, options_.tasks, scripts_.jobs};
    std::set<std::int64_t> queued;
    std::set<std::string> jobs;
    for (const cluster::Task& task : tasks) {
      if (task.is_ending()) ending_.push_back(task);
      else queued.insert(task.index), jobs.insert(task.job);
    }
    array_.submitted.assign(jobs.begin(), jobs.end());
    const std::string running = core::join(array_.submitted, " ");
    const auto refusal = [&](const std::string& why) {
      return core::FaultError(target_.results.folder().string() + ": " + why);
    };
    if (!queued.empty() && before->plan != target_.plan.hash)
      throw refusal(
          fmt::format("Slurm job {0} trains another version of this experiment; wait for it, or cancel it "
                      "(scancel {0}) and submit again",
                      running));
    if (!queued.empty() && array_.shards != 0 && array_.shards != before->shards)
      throw refusal(fmt::format("Slurm job {0} has {1}; use --array {2}, or cancel it (scancel {0}) and submit again",
                                running, core::counted(static_cast<std::size_t>(before->shards), "shard"),
                                before->shards));
    if (queued.empty() && ending_.empty())
      if (const auto processes = store::training_processes(target_.results.folder()); !processes.empty())
        throw refusal(fmt::format("process {} is training into this folder; wait for it, or choose another --out",
                                  core::printable(processes[0])));
    if (array_.shards == 0 && before && before->plan == target_.plan.hash) array_.shards = before->shards;
    estimate(array_.shards == 0);
    if (array_.shards == 0)
      array_.shards =
          suggested_shards(seconds_ / static_cast<double>(scripts_.jobs), missing_.size(), scripts_.request.time);
    shard_of_ = plan::shards_of(target_.plan, array_.shards);
    std::set<std::int64_t> shards;
    for (const std::size_t run : missing_)
      if (!queued.contains(shard_of_[run])) shards.insert(shard_of_[run]);
    shards_.assign(shards.begin(), shards.end());
  }

  void estimate(bool needed) {
    try {
      remaining_ = remaining_seconds(target_, file_, options_);
    } catch (const core::FaultError& error) {
      if (needed)
        throw core::FaultError(
            fmt::format("{}: cannot estimate the training time: {}; use --array N", name_, error.what()));
    }
    for (const double seconds : remaining_) seconds_ += seconds;
  }

  // The estimated cost of the submission.
  std::string cost_text() const {
    const std::set<std::int64_t> wanted(shards_.begin(), shards_.end());
    std::vector<double> seconds(static_cast<std::size_t>(array_.shards));
    std::size_t runs = 0;
    for (const std::size_t run : missing_) {
      if (!wanted.contains(shard_of_[run])) continue;
      ++runs;
      if (!remaining_.empty()) seconds[static_cast<std::size_t>(shard_of_[run] - 1)] += remaining_[run];
    }
    const std::string text = fmt::format(
        "{}: {} of {} in {} of {}", name_, runs, core::counted(target_.plan.runs.size(), "run"),
        core::counted(shards_.size(), "task"), core::counted(static_cast<std::size_t>(scripts_.request.cpus), "core"));
    if (remaining_.empty()) return text + "; the training time is unknown\n";
    double all = 0;
    for (const double one : seconds) all += one / static_cast<double>(scripts_.jobs);
    const double hours = all / 3600;
    return text +
           fmt::format("; about {} for the longest, {:.2g} core hours{} in all\n",
                       report::format_duration(std::ranges::max(seconds) / static_cast<double>(scripts_.jobs)),
                       hours * static_cast<double>(scripts_.request.cpus),
                       scripts_.request.gpus > 0
                           ? fmt::format(" and {:.2g} GPU hours", hours * static_cast<double>(scripts_.request.gpus))
                           : "");
  }

  std::string command_of_task() const {
    std::string options = " --array=" + cluster::ranges(shards_);
    for (std::size_t i = 0; i < ending_.size(); ++i)
      options += (i == 0 ? " --dependency=afterany:" : ":") + ending_[i].id();
    return cluster::submission(folder_, options, "task.sh");
  }

  // The tasks read a copy of the experiment, since the file may change while they wait.
  void write_files() const {
    target_.results.prepare();
    core::make_folder(folder_);
    core::write_file_atomically(folder_ / config::resolved_file, config::write_resolved(target_.document, folder_));
    core::write_file_atomically(folder_ / "task.sh", scripts_.task());
    core::write_file_atomically(folder_ / "finish.sh", scripts_.finish());
  }

  const std::string file_;
  const Options& options_;
  const Target target_;
  const fs::path folder_;
  const std::string name_;
  cluster::Scripts scripts_;
  cluster::Array array_;                // the record, without the new job
  std::vector<cluster::Task> ending_;   // the new job starts after these
  std::vector<std::int64_t> shards_;    // to submit
  std::vector<std::size_t> missing_;    // runs
  std::vector<double> remaining_;       // seconds of each run; empty: unknown
  double seconds_ = 0;                  // the sum of remaining_
  std::vector<std::int64_t> shard_of_;  // the shard of each run
};

}  // namespace

int submit_to_slurm(Options& options) {
  std::vector<std::unique_ptr<Submitter>> all;  // all files are checked before the first is submitted
  for (const std::string& file : options.words) all.push_back(std::make_unique<Submitter>(file, options));
  for (const auto& experiment : all) experiment->submit();
  return 0;
}

}  // namespace descent
