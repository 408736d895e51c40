#include "plan/pack.h"

#include <gtest/gtest.h>

#include "plan/document.h"
#include "plan/layers.h"

namespace descent::plan {
namespace {

std::string sweep_of(const std::string& sweep, const std::string& seeds = "1") {
  return R"({"name": "a", "seeds": )" + seeds + R"(, "sweep": )" + sweep +
         R"(, "data": "mnist1d", "model": {"width": 8, "depth": 1}, "train": {"epochs": 1}})";
}

std::size_t stacks_of(const std::string& sweep) {
  const Plan plan = plan_of(sweep_of(sweep));
  return pack(plan, plan.all_runs()).size();
}

TEST(pack, fills_a_stack_before_it_starts_the_next) {
  const Plan plan = plan_of(sweep_of(R"({"model.width": [8]})", "20"));
  const auto stacks = pack(plan, plan.all_runs());
  ASSERT_EQ(stacks.size(), 2u);
  EXPECT_EQ(stacks[0].size(), 16u);
  EXPECT_EQ(stacks[1], (Stack{16, 17, 18, 19}));
}

TEST(pack, shares_stacks_between_points_that_differ_only_in_settings_kept_per_replica) {
  EXPECT_EQ(stacks_of(R"({"model.init": ["he_normal", "xavier_uniform"]})"), 1u);
  EXPECT_EQ(stacks_of(R"({"model.dropout": [0.1, 0.5]})"), 1u);
  EXPECT_EQ(stacks_of(R"({"train.optimizer.lr": [0.1, 0.5]})"), 1u);
  EXPECT_EQ(stacks_of(R"({"train.optimizer.weight_decay": [0.1, 0.5]})"), 1u);
  EXPECT_EQ(stacks_of(R"({"data.label_noise": [0.1, 0.5]})"), 1u);
}

TEST(pack, separates_points_that_differ_in_shape_or_schedule) {
  EXPECT_EQ(stacks_of(R"({"model.width": [4, 8]})"), 2u);
  EXPECT_EQ(stacks_of(R"({"model.norm": ["none", "layer"]})"), 2u);
  EXPECT_EQ(stacks_of(R"({"train.batch_size": [50, 100]})"), 2u);
  EXPECT_EQ(stacks_of(R"({"train.schedule": ["constant", "cosine"]})"), 2u);
  EXPECT_EQ(stacks_of(R"({"train.optimizer": ["sgd", "adam"]})"), 2u);
  EXPECT_EQ(stacks_of(R"({"engine": ["torch", "fused"]})"), 2u);
  EXPECT_EQ(stacks_of(R"({"device": ["cpu", "cuda"]})"), 2u);
  EXPECT_EQ(stacks_of(R"({"precision": ["float32", "bf16"]})"), 2u);
}

TEST(pack, packs_only_missing_runs) {
  const Plan plan = plan_of(sweep_of(R"({"model.width": [8]})", "6"));
  EXPECT_EQ(pack(plan, {1, 4}), (std::vector<Stack>{{1, 4}}));
  EXPECT_TRUE(pack(plan, {}).empty());
}

TEST(pack, puts_a_run_that_takes_a_second_into_a_separate_stack) {
  config::Experiment run = plan_of(sweep_of("{}")).points.front().experiment;
  EXPECT_EQ(stack_size(run), 16u);
  run.model.width = 64;
  run.train.epochs = 200;
  EXPECT_EQ(stack_size(run), static_cast<std::size_t>(5e10 / run_flops(run)));
  run.train.epochs = 20000;
  EXPECT_EQ(stack_size(run), 1u);
}

}  // namespace
}  // namespace descent::plan
