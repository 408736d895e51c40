#pragma once
// Divides a plan into shards, for several processes or machines.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "plan/plan.h"

namespace descent::plan {

inline constexpr std::int64_t max_shards = 10'000;

// `index` counts from 1.
struct Shard {
  std::int64_t index = 1, count = 1;

  bool is_all() const { return count == 1; }
  std::string text() const { return std::to_string(index) + "/" + std::to_string(count); }
};

// Parses "2/3"; throws InputError for anything else.
Shard parse_shard(const std::string& text);

// The index of the shard of each run, balanced by the cost of all runs, finished or not.
std::vector<std::int64_t> shards_of(const Plan& plan, std::int64_t count);

// The estimated seconds of each shard on one core (plan/cost.h).
std::vector<double> shard_seconds(const Plan& plan, const std::vector<std::int64_t>& shard_of_run, std::int64_t count);

// The elements of `runs` (indices into Plan::runs) that belong to the shard.
std::vector<std::size_t> select(const Plan& plan, const std::vector<std::size_t>& runs, const Shard& shard);

}  // namespace descent::plan
