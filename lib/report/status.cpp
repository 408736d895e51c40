#include "report/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "core/error.h"
#include "core/text.h"
#include "plan/cost.h"
#include "plan/shard.h"
#include "report/progress.h"
#include "store/attempts.h"
#include "store/checkpoint.h"
#include "store/lock.h"

namespace descent::report {
namespace {

// The attempts, checkpoints and processes of a results folder.
struct Activity {
  explicit Activity(const std::filesystem::path& folder)
      : attempts(store::read_attempts(folder)), steps(store::checkpointed_steps(folder / "checkpoints")),
        processes(store::training_processes(folder)) {}

  const store::Attempts& of(const plan::Run& run) const {
    static const store::Attempts none;
    const auto entry = attempts.find(run.hash);
    return entry == attempts.end() ? none : entry->second;
  }

  // The state of a run without results.
  RunState state_of(const plan::Run& run) const {
    const store::Attempts& last = of(run);
    if (!last.failure.empty()) return RunState::failed;
    if (std::ranges::find(processes, last.process) != processes.end()) return RunState::running;
    return steps.contains(run.hash) ? RunState::interrupted : RunState::missing;
  }

  std::map<std::string, store::Attempts> attempts;
  std::map<std::string, std::int64_t> steps;
  std::vector<std::string> processes;
};

// The fraction of a run that is finished at this step; below 1.
double finished_fraction(const config::Experiment& experiment, std::int64_t step) {
  const std::int64_t steps = config::total_steps(experiment.train, config::split_sizes(experiment.data).train);
  return std::min(static_cast<double>(step) / static_cast<double>(std::max<std::int64_t>(1, steps)), 0.999);
}

Json json_of(const PointStatus& point) {
  Json json;
  for (const auto& [state, name] : store::run_states) json[std::string(name)] = point.count(state);
  json["attempts"] = point.attempts;
  json["seconds"] = point.seconds;
  return json;
}

constexpr std::array states{"done", "running", "pending", "failed", "unknown"};
constexpr std::size_t max_shards = 40;

void add_task(ShardStatus& shard, const cluster::Task& task) {
  shard.state = task.state == "PENDING" ? "pending" : "running";
  shard.task = task.id();
  shard.elapsed = task.elapsed;
  shard.reason = task.reason == "None" ? "" : task.reason;
}

}  // namespace

Status read_status(const store::Results& results, const plan::Plan& plan) {
  const Activity activity(results.folder());  // read before the parts, so that a run that finishes meanwhile is done
  std::vector<std::optional<RunState>> finished(plan.runs.size());
  results.for_each_summary(
      [&](std::size_t run, const std::vector<std::string>& cells) { finished[run] = store::state_in(cells); });
  const std::vector<double> seconds = results.run_seconds();
  Status status;
  status.points.resize(plan.points.size());
  status.processes = activity.processes;
  status.runs = plan.runs.size();
  double known_cost = 0, known_seconds = 0;
  std::map<std::string, std::size_t> jobs;  // by training process
  std::vector<double> costs;                // of one run, by point
  for (const plan::Point& point : plan.points) costs.push_back(plan::run_seconds(point.experiment));
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    const plan::Run& run = plan.runs[i];
    const store::Attempts& attempts = activity.of(run);
    const RunState state = finished[i] ? *finished[i] : activity.state_of(run);
    for (PointStatus* sum : {&status.points[run.point], &status.total}) {
      ++sum->counts[state];
      sum->attempts += attempts.count;
      sum->seconds += seconds[i];
    }
    if (state == RunState::failed) ++status.failures[attempts.failure];
    if (state == RunState::running) jobs[attempts.process] = attempts.jobs;
    const double cost = costs[run.point];
    const auto step = activity.steps.find(run.hash);
    const double fraction =
        step == activity.steps.end() ? 0 : finished_fraction(plan.points[run.point].experiment, step->second);
    // A diverged run ended early: its time says nothing about the cost of the others.
    if (state == RunState::done) known_cost += cost, known_seconds += seconds[i];
    status.remaining.push_back(finished[i] ? 0 : cost * (1 - fraction));
  }
  std::size_t workers = 0;
  for (const auto& [process, count] : jobs) workers += count;
  if (known_cost > 0 && known_seconds > 0) {
    for (double& seconds : status.remaining) seconds *= known_seconds / known_cost;
    status.seconds_left = std::accumulate(status.remaining.begin(), status.remaining.end(), 0.0) /
                          static_cast<double>(std::max<std::size_t>(1, workers));
  }
  if (status.complete()) status.seconds_left = 0;
  return status;
}

std::string status_text(const Status& status, const plan::Plan& plan, const Screen& screen) {
  std::vector<std::vector<std::string>> rows{short_factors(plan)};
  for (const auto& [state, name] : store::run_states) rows[0].emplace_back(name);
  rows[0].insert(rows[0].end(), {"attempts", "seconds"});
  const auto add = [&](std::vector<std::string> row, const PointStatus& point) {
    for (const auto& [state, name] : store::run_states) row.push_back(std::to_string(point.count(state)));
    row.insert(row.end(), {std::to_string(point.attempts), fmt::format("{:.1f}", point.seconds)});
    rows.push_back(std::move(row));
  };
  for (std::size_t i = 0; i < status.points.size(); ++i) add(plan.points[i].values, status.points[i]);
  if (status.points.size() > 1) {
    std::vector<std::string> all(plan.factors.size());
    all[0] = "all";
    add(all, status.total);
  }
  std::string text = format_table(rows, screen);
  for (const auto& [why, runs] : status.failures)
    text += fmt::format("{} failed: {}; the next start trains {} again\n", core::counted(runs, "run"),
                        core::printable(why), runs == 1 ? "it" : "them");
  text += fmt::format("{} of {} runs finished", status.finished(), status.runs);
  if (!status.complete() && status.seconds_left)
    text += fmt::format(", about {} of training left", format_duration(*status.seconds_left));
  if (status.processes.empty()) return text + (status.complete() ? "\n" : "; nothing is running\n");
  return text + fmt::format("; running: process {}\n", core::printable(core::join(status.processes, ", ")));
}

Json status_json(const Status& status, const plan::Plan& plan) {
  Json all{{"experiment", plan.name}, {"runs", status.runs}, {"complete", status.complete()}};
  all["processes"] = status.processes;
  all["total"] = json_of(status.total);
  all["seconds_left"] = status.seconds_left ? Json(*status.seconds_left) : nullptr;
  all["failures"] = Json::array();
  for (const auto& [why, runs] : status.failures) all["failures"].push_back({{"why", why}, {"runs", runs}});
  all["points"] = Json::array();
  for (std::size_t i = 0; i < status.points.size(); ++i) {
    Json point{{"point", point_json(plan, i)}};
    point.update(json_of(status.points[i]));
    all["points"].push_back(std::move(point));
  }
  return all;
}

std::optional<ArrayStatus> read_array_status(const store::Results& results, const plan::Plan& plan,
                                             const Status& status) {
  const std::optional<cluster::Array> array = cluster::read_array(results.folder());
  if (!array || array->plan != plan.hash) return std::nullopt;
  ArrayStatus all{*array, {}, ""};
  const std::vector<std::int64_t> shard_of = plan::shards_of(plan, array->shards);
  std::vector<double> seconds(static_cast<std::size_t>(array->shards));
  for (std::int64_t i = 1; i <= array->shards; ++i) all.shards.push_back({.index = i, .state = "failed"});
  for (std::size_t run = 0; run < plan.runs.size(); ++run) {
    const auto at = static_cast<std::size_t>(shard_of[run] - 1);
    ++all.shards[at].runs;
    all.shards[at].finished += status.remaining[run] == 0;
    seconds[at] += status.remaining[run];
  }
  std::vector<cluster::Task> tasks;
  if (!status.complete()) try {
      tasks = array->select(cluster::queued_tasks(cluster::job_name(plan.name)));
    } catch (const core::FaultError& error) {
      all.problem = error.what();
      for (ShardStatus& shard : all.shards) shard.state = "unknown";
    }
  for (const cluster::Task& task : tasks)
    if (task.index >= 1 && task.index <= array->shards)
      add_task(all.shards[static_cast<std::size_t>(task.index - 1)], task);
  for (std::size_t i = 0; i < all.shards.size(); ++i) {
    if (all.shards[i].finished == all.shards[i].runs) all.shards[i].state = "done";
    if (status.seconds_left) all.shards[i].seconds_left = seconds[i] / static_cast<double>(array->jobs);
  }
  return all;
}

std::string array_text(const ArrayStatus& status, const Screen& screen) {
  std::vector<std::string> counts;
  std::vector<std::vector<std::string>> rows{
      {"shard", "runs", "finished", "state", "task", "elapsed", "left", "reason"}};
  for (const char* state : states)
    if (const auto count = std::ranges::count(status.shards, state, &ShardStatus::state); count > 0)
      counts.push_back(fmt::format("{} {}", count, state));
  for (const ShardStatus& shard : status.shards)
    if (shard.state != "done" && rows.size() <= max_shards)
      rows.push_back({std::to_string(shard.index), std::to_string(shard.runs), std::to_string(shard.finished),
                      shard.state, shard.task, shard.elapsed,
                      shard.seconds_left ? format_duration(*shard.seconds_left) : "?", shard.reason});
  std::string text = fmt::format("Slurm job {}: {}: {}\n", core::join(status.array.submitted, ", "),
                                 core::counted(status.shards.size(), "shard"), core::join(counts, ", "));
  if (!status.problem.empty()) text += status.problem + "\n";
  if (rows.size() > 1) text += format_table(rows, screen);
  if (std::ranges::find(status.shards, "failed", &ShardStatus::state) != status.shards.end())
    text += "failed: ended before its runs finished, see its log in slurm/; descent slurm submits it again\n";
  return text;
}

Json array_json(const ArrayStatus& status) {
  Json json{{"jobs", status.array.submitted}, {"problem", status.problem}, {"shards", Json::array()}};
  for (const ShardStatus& shard : status.shards)
    json["shards"].push_back({{"shard", shard.index},
                              {"runs", shard.runs},
                              {"finished", shard.finished},
                              {"state", shard.state},
                              {"task", shard.task},
                              {"elapsed", shard.elapsed},
                              {"reason", shard.reason},
                              {"seconds_left", shard.seconds_left ? Json(*shard.seconds_left) : nullptr}});
  return json;
}

}  // namespace descent::report
