#include "plan/shard.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "core/error.h"
#include "core/text.h"

namespace descent::plan {
namespace {

constexpr std::int64_t most_shards = 10'000;

// Digits only; -1 for anything else.
std::int64_t whole(const std::string& text) {
  std::int64_t value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : -1;
}

}  // namespace

bool Shard::holds(const Run& run) const { return std::stoll(run.hash.substr(0, 8), nullptr, 16) % count == index - 1; }

Shard parse_shard(const std::string& text) {
  const std::vector<std::string> words = core::split(text, '/');
  if (words.size() == 2) {
    const Shard shard{whole(words[0]), whole(words[1])};
    if (shard.index >= 1 && shard.index <= shard.count && shard.count <= most_shards) return shard;
  }
  throw core::InputError(
      fmt::format("--shard {}: must be i/n with i from 1 to n and n at most {}, like 2/3", text, most_shards));
}

std::vector<std::size_t> select(const Plan& plan, const std::vector<std::size_t>& runs, const Shard& shard) {
  std::vector<std::size_t> own;
  std::copy_if(runs.begin(), runs.end(), std::back_inserter(own),
               [&](std::size_t run) { return shard.holds(plan.runs[run]); });
  return own;
}

}  // namespace descent::plan
