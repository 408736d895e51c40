#include "plan/shard.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "plan/cost.h"
#include "plan/pack.h"

namespace descent::plan {

Shard parse_shard(const std::string& text) {
  const std::vector<std::string> words = core::split(text, '/');
  if (words.size() == 2) {
    const auto index = core::parse_integer(words[0]), count = core::parse_integer(words[1]);
    if (index && count && *index >= 1 && *index <= *count && *count <= max_shards) return {*index, *count};
  }
  throw core::InputError(
      fmt::format("--shard {}: must be i/n with i from 1 to n and n at most {}, like 2/3", text, max_shards));
}

std::vector<std::int64_t> shards_of(const Plan& plan, std::int64_t count) {
  std::vector<double> cost;  // of a run, by point
  for (const Point& point : plan.points) cost.push_back(run_seconds(point.experiment));
  // Assigns whole stacks, so that a shard trains as many runs at a time as the plan would: the longest first, each to
  // the shard with the smallest load so far (Graham 1969: at most 4/3 of the optimum).
  std::vector<Stack> stacks = pack(plan, plan.all_runs(), static_cast<std::size_t>(count));
  const auto total = [&](const Stack& stack) {
    return std::accumulate(stack.begin(), stack.end(), 0.0,
                           [&](double sum, std::size_t run) { return sum + cost[plan.runs[run].point]; });
  };
  std::ranges::stable_sort(stacks, std::ranges::greater{}, total);
  using Load = std::pair<double, std::int64_t>;
  std::priority_queue<Load, std::vector<Load>, std::greater<>> loads;
  for (std::int64_t shard = 1; shard <= count; ++shard) loads.emplace(0.0, shard);
  std::vector<std::int64_t> shards(plan.runs.size());
  for (const Stack& stack : stacks) {
    const auto [load, shard] = loads.top();
    loads.pop();
    for (const std::size_t run : stack) shards[run] = shard;
    loads.emplace(load + total(stack), shard);
  }
  return shards;
}

std::vector<double> shard_seconds(const Plan& plan, const std::vector<std::int64_t>& shard_of_run, std::int64_t count) {
  std::vector<double> cost, seconds(static_cast<std::size_t>(count));
  for (const Point& point : plan.points) cost.push_back(run_seconds(point.experiment));
  for (std::size_t i = 0; i < plan.runs.size(); ++i)
    seconds[static_cast<std::size_t>(shard_of_run[i] - 1)] += cost[plan.runs[i].point];
  return seconds;
}

std::vector<std::size_t> select(const Plan& plan, const std::vector<std::size_t>& runs, const Shard& shard) {
  if (shard.is_all()) return runs;
  const std::vector<std::int64_t> shards = shards_of(plan, shard.count);
  std::vector<std::size_t> selected = runs;
  std::erase_if(selected, [&](std::size_t run) { return shards[run] != shard.index; });
  return selected;
}

}  // namespace descent::plan
