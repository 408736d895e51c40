#include "plan/shard.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/sha256.h"

namespace descent::plan {
namespace {

Plan plan_of_runs(std::size_t count) {
  Plan plan;
  for (std::size_t i = 0; i < count; ++i) plan.runs.push_back({0, 0, core::sha256(std::to_string(i))});
  return plan;
}

TEST(shard, takes_every_run_into_exactly_one_share) {
  const Plan plan = plan_of_runs(300);
  for (const plan::Run& run : plan.runs) {
    int holders = 0;
    for (std::int64_t i = 1; i <= 7; ++i) holders += Shard{i, 7}.holds(run);
    EXPECT_EQ(holders, 1);
  }
}

TEST(shard, is_about_as_large_as_the_others) {
  const Plan plan = plan_of_runs(3000);
  std::vector<std::size_t> all(plan.runs.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  for (std::int64_t i = 1; i <= 3; ++i) EXPECT_NEAR(static_cast<double>(select(plan, all, {i, 3}).size()), 1000, 100);
}

TEST(shard, is_everything_where_there_is_one) {
  EXPECT_TRUE(Shard().is_all());
  EXPECT_EQ(select(plan_of_runs(3), {0, 2}, {}), (std::vector<std::size_t>{0, 2}));
}

TEST(shard, is_written_as_it_is_read) { EXPECT_EQ(parse_shard("2/3").text(), "2/3"); }

TEST(shard, that_is_no_share_is_an_error) {
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
