#pragma once
// Shares of a plan, for several processes or machines.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "plan/plan.h"

namespace descent::plan {

// The index-th of `count` shares. A run belongs to a share by its hash, so that a wider sweep moves no run.
struct Shard {
  std::int64_t index = 1, count = 1;

  bool holds(const Run& run) const;
  bool is_all() const { return count == 1; }
  std::string text() const { return std::to_string(index) + "/" + std::to_string(count); }
};

// "2/3"; InputError for anything else.
Shard parse_shard(const std::string& text);

// Those of `runs` (indices into Plan::runs) that belong to the shard.
std::vector<std::size_t> select(const Plan& plan, const std::vector<std::size_t>& runs, const Shard& shard);

}  // namespace descent::plan
