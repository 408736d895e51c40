#include "report/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "config/data_facts.h"
#include "core/text.h"
#include "plan/cost.h"
#include "report/progress.h"
#include "report/table.h"
#include "store/attempts.h"
#include "store/checkpoint.h"
#include "store/lock.h"

namespace descent::report {
namespace {

// What a results folder holds beside the parts.
struct Traces {
  explicit Traces(const std::filesystem::path& folder)
      : attempts(store::read_attempts(folder)), steps(store::checkpointed_steps(folder / "checkpoints")),
        processes(store::training_processes(folder)) {}

  const store::Attempts& of(const plan::Run& run) const {
    static const store::Attempts none;
    const auto entry = attempts.find(run.hash);
    return entry == attempts.end() ? none : entry->second;
  }

  // Of a run without rows.
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

// The part of a run that a checkpoint at this step holds; below 1.
double part_before(const config::Experiment& experiment, std::int64_t step) {
  const std::int64_t steps = config::total_steps(experiment.train, config::split_sizes(experiment.data).train);
  return std::min(static_cast<double>(step) / static_cast<double>(std::max<std::int64_t>(1, steps)), 0.999);
}

std::vector<std::string> cells_of(const PointStatus& point) {
  std::vector<std::string> cells;
  for (const auto& [state, name] : store::run_states) cells.push_back(std::to_string(point.count(state)));
  cells.push_back(std::to_string(point.attempts));
  cells.push_back(fmt::format("{:.1f}", point.seconds));
  return cells;
}

Json json_of(const PointStatus& point) {
  Json json;
  for (const auto& [state, name] : store::run_states) json[std::string(name)] = point.count(state);
  json["attempts"] = point.attempts;
  json["seconds"] = point.seconds;
  return json;
}

}  // namespace

Status read_status(const store::Results& results, const plan::Plan& plan) {
  const Traces traces(results.folder());  // before the parts: what finishes meanwhile counts as done
  std::vector<std::optional<RunState>> finished(plan.runs.size());
  results.for_each_summary(
      [&](std::size_t run, const std::vector<std::string>& cells) { finished[run] = store::state_in(cells); });
  const std::vector<double> seconds = results.run_seconds();
  Status status;
  status.points.resize(plan.points.size());
  status.processes = traces.processes;
  status.runs = plan.runs.size();
  double known_cost = 0, known_seconds = 0;
  std::map<std::string, std::size_t> jobs;  // of the processes that are training
  std::vector<double> costs;                // of a run, by point
  for (const plan::Point& point : plan.points) costs.push_back(plan::run_seconds(point.experiment));
  for (std::size_t i = 0; i < plan.runs.size(); ++i) {
    const plan::Run& run = plan.runs[i];
    const store::Attempts& attempts = traces.of(run);
    const RunState state = finished[i] ? *finished[i] : traces.state_of(run);
    for (PointStatus* sum : {&status.points[run.point], &status.total}) {
      ++sum->counts[state];
      sum->attempts += attempts.count;
      sum->seconds += seconds[i];
    }
    if (state == RunState::failed) ++status.failures[attempts.failure];
    if (state == RunState::running) jobs[attempts.process] = attempts.jobs;
    const double cost = costs[run.point];
    const auto step = traces.steps.find(run.hash);
    const double before = step == traces.steps.end() ? 0 : part_before(plan.points[run.point].experiment, step->second);
    // A diverged run ended early: its time says nothing about the cost of the others.
    if (state == RunState::done) known_cost += cost, known_seconds += seconds[i];
    status.open.push_back(finished[i] ? 0 : cost * (1 - before));
  }
  std::size_t workers = 0;
  for (const auto& [process, count] : jobs) workers += count;
  if (known_cost > 0 && known_seconds > 0) {
    for (double& seconds : status.open) seconds *= known_seconds / known_cost;
    status.seconds_left = std::accumulate(status.open.begin(), status.open.end(), 0.0) /
                          static_cast<double>(std::max<std::size_t>(1, workers));
  }
  if (status.complete()) status.seconds_left = 0;
  return status;
}

std::string status_text(const Status& status, const plan::Plan& plan, const Screen& screen) {
  std::vector<std::vector<std::string>> rows{short_factors(plan)};
  for (const auto& [state, name] : store::run_states) rows[0].emplace_back(name);
  rows[0].insert(rows[0].end(), {"attempts", "seconds"});
  for (std::size_t i = 0; i < status.points.size(); ++i) {
    rows.push_back(plan.points[i].values);
    for (std::string& cell : cells_of(status.points[i])) rows.back().push_back(std::move(cell));
  }
  if (status.points.size() > 1) {
    rows.emplace_back(plan.factors.size());
    rows.back()[0] = "all";
    for (std::string& cell : cells_of(status.total)) rows.back().push_back(std::move(cell));
  }
  std::string text = laid_out(rows, screen);
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

}  // namespace descent::report
