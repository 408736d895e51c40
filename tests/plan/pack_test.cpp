#include "plan/pack.h"

#include <gtest/gtest.h>

#include <numeric>

#include "plan/document.h"

namespace descent::plan {
namespace {

std::string experiment(const std::string& sweep, const std::string& seeds = "1") {
  return R"({"name": "a", "seeds": )" + seeds + R"(, "sweep": )" + sweep +
         R"(, "data": "mnist1d", "model": {"width": 8, "depth": 1}, "train": {"epochs": 1}})";
}

std::vector<std::size_t> all(const Plan& plan) {
  std::vector<std::size_t> runs(plan.runs.size());
  std::iota(runs.begin(), runs.end(), 0u);
  return runs;
}

std::size_t stacks_of(const std::string& sweep) {
  const Plan plan = plan_of(experiment(sweep));
  return pack(plan, all(plan)).size();
}

TEST(pack, fills_a_stack_before_it_opens_the_next) {
  const Plan plan = plan_of(experiment(R"({"model.width": [8]})", "20"));
  const auto stacks = pack(plan, all(plan));
  ASSERT_EQ(stacks.size(), 2u);
  EXPECT_EQ(stacks[0].size(), 16u);
  EXPECT_EQ(stacks[1], (Stack{16, 17, 18, 19}));
}

TEST(pack, lets_points_share_a_stack_that_differ_only_in_what_a_replica_has_of_its_own) {
  EXPECT_EQ(stacks_of(R"({"model.init": ["he_normal", "xavier_uniform"]})"), 1u);
  EXPECT_EQ(stacks_of(R"({"model.dropout": [0.1, 0.5]})"), 1u);
  EXPECT_EQ(stacks_of(R"({"train.optimizer.lr": [0.1, 0.5]})"), 1u);
  EXPECT_EQ(stacks_of(R"({"train.optimizer.weight_decay": [0.1, 0.5]})"), 1u);
  EXPECT_EQ(stacks_of(R"({"data.label_noise": [0.1, 0.5]})"), 1u);
}

TEST(pack, keeps_points_apart_that_differ_in_shape_or_schedule) {
  EXPECT_EQ(stacks_of(R"({"model.width": [4, 8]})"), 2u);
  EXPECT_EQ(stacks_of(R"({"model.norm": ["none", "layer"]})"), 2u);
  EXPECT_EQ(stacks_of(R"({"train.batch_size": [50, 100]})"), 2u);
  EXPECT_EQ(stacks_of(R"({"train.schedule": ["constant", "cosine"]})"), 2u);
  EXPECT_EQ(stacks_of(R"({"train.optimizer": ["sgd", "adam"]})"), 2u);
}

TEST(pack, takes_only_the_runs_that_are_missing) {
  const Plan plan = plan_of(experiment(R"({"model.width": [8]})", "6"));
  EXPECT_EQ(pack(plan, {1, 4}), (std::vector<Stack>{{1, 4}}));
  EXPECT_TRUE(pack(plan, {}).empty());
}

TEST(pack, has_a_table_of_sizes_by_the_largest_width) {
  config::Model model;
  const auto size_of = [&](std::vector<std::int64_t> hidden) {
    model.hidden = std::move(hidden);
    return stack_size(model);
  };
  EXPECT_EQ(size_of({16, 4}), 16u);
  EXPECT_EQ(size_of({17}), 8u);
  EXPECT_EQ(size_of({8, 64}), 4u);
  EXPECT_EQ(size_of({65}), 1u);
}

}  // namespace
}  // namespace descent::plan
