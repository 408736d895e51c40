#include "plan/shard.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "core/error.h"
#include "plan/cost.h"
#include "plan/document.h"

namespace descent::plan {
namespace {

// Widths of which the largest costs 15 times as much as the smallest, by 10 seeds.
Plan plan_of_widths() {
  return plan_of(R"({"name": "a", "seeds": 10, "sweep": {"model.width": [4, 8, 16, 32, 64, 128, 256]},
                     "data": "mnist1d", "model": {"width": 8, "depth": 2}, "train": {"epochs": 30}})");
}

TEST(shard, contains_every_run_exactly_once) {
  const Plan plan = plan_of_widths();
  std::vector<int> holders(plan.runs.size());
  for (std::int64_t i = 1; i <= 7; ++i)
    for (const std::size_t run : select(plan, plan.all_runs(), {i, 7})) ++holders[run];
  EXPECT_EQ(holders, std::vector<int>(plan.runs.size(), 1));
}

TEST(shard, costs_as_much_as_the_others) {
  const Plan plan = plan_of_widths();
  for (const std::int64_t count : {2, 5, 8}) {
    const std::vector<double> seconds = shard_seconds(plan, shards_of(plan, count), count);
    const double mean = std::accumulate(seconds.begin(), seconds.end(), 0.0) / static_cast<double>(count);
    EXPECT_LT(std::ranges::max(seconds), 1.1 * mean) << count;
  }
}

TEST(shard, takes_no_longer_than_the_longest_run_if_there_are_many_shards) {
  const Plan plan = plan_of_widths();
  const std::vector<double> seconds = shard_seconds(plan, shards_of(plan, 70), 70);
  EXPECT_DOUBLE_EQ(std::ranges::max(seconds), run_seconds(plan.points.back().experiment));
}

TEST(shard, is_the_same_whichever_runs_are_finished) {
  const Plan plan = plan_of_widths();
  const std::vector<std::size_t> own = select(plan, plan.all_runs(), {2, 3});
  EXPECT_EQ(select(plan, own, {2, 3}), own);
  EXPECT_TRUE(select(plan, own, {1, 3}).empty());
}

TEST(shard, contains_all_runs_if_there_is_only_one) {
  EXPECT_TRUE(Shard().is_all());
  EXPECT_EQ(select(plan_of_widths(), {0, 2}, {}), (std::vector<std::size_t>{0, 2}));
}

TEST(shard, is_formatted_as_it_is_parsed) { EXPECT_EQ(parse_shard("2/3").text(), "2/3"); }

TEST(shard, that_is_out_of_range_is_an_error) {
  for (const char* text : {"", "3", "0/3", "4/3", "-1/3", "1/0", "1/3/5", "1.5/3", "a/b", "1/ 3", "1/10001"}) {
    try {
      parse_shard(text);
      FAIL() << text;
    } catch (const core::InputError& error) {
      EXPECT_EQ(std::string(error.what()),
                std::string("--shard ") + text + ": must be i/n with i from 1 to n and n at most 10000, like 2/3");
    }
  }
}

}  // namespace
}  // namespace descent::plan
