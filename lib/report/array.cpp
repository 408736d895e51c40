#include "report/array.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cluster/script.h"
#include "core/error.h"
#include "core/text.h"
#include "plan/shard.h"
#include "report/progress.h"
#include "report/table.h"

namespace descent::report {
namespace {

constexpr std::array states{"done", "running", "pending", "failed", "unknown"};
constexpr std::size_t most_shards = 40;

void add_task(ShardStatus& shard, const cluster::Task& task) {
  shard.state = task.state == "PENDING" ? "pending" : "running";
  shard.task = task.id();
  shard.elapsed = task.elapsed;
  shard.reason = task.reason == "None" ? "" : task.reason;
}

}  // namespace

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
    all.shards[at].finished += status.open[run] == 0;
    seconds[at] += status.open[run];
  }
  std::vector<cluster::Task> tasks;
  if (!status.complete()) try {
      tasks = array->own(cluster::queued_tasks(cluster::task_job(plan.name)));
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
      {"shard", "runs", "finished", "state", "task", "elapsed", "left", "waits"}};
  for (const char* state : states)
    if (const auto count = std::ranges::count(status.shards, state, &ShardStatus::state); count > 0)
      counts.push_back(fmt::format("{} {}", count, state));
  for (const ShardStatus& shard : status.shards)
    if (shard.state != "done" && rows.size() <= most_shards)
      rows.push_back({std::to_string(shard.index), std::to_string(shard.runs), std::to_string(shard.finished),
                      shard.state, shard.task, shard.elapsed,
                      shard.seconds_left ? format_duration(*shard.seconds_left) : "?", shard.reason});
  std::string text = fmt::format("Slurm job {}: {}: {}\n", core::join(status.array.submitted, ", "),
                                 core::counted(status.shards.size(), "shard"), core::join(counts, ", "));
  if (!status.problem.empty()) text += status.problem + "\n";
  if (rows.size() > 1) text += laid_out(rows, screen);
  if (std::ranges::find(status.shards, "failed", &ShardStatus::state) != status.shards.end())
    text += "failed: ended before its runs were finished, see its log in slurm/; descent slurm submits it again\n";
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
