#include "plan/plan.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "plan/document.h"

namespace descent::plan {
namespace {

const std::string tail = R"("data": "mnist1d", "model": {"width": 8, "depth": 1}, "train": {"epochs": 1})";

TEST(plan, has_a_run_per_point_and_seed_ordered_by_point) {
  const Plan plan = plan_of(R"({"name": "a", "seeds": [5, 7], "sweep": {"model.width": [4, 8]}, )" + tail + "}");
  ASSERT_EQ(plan.runs.size(), 4u);
  EXPECT_EQ(plan.name, "a");
  EXPECT_EQ(plan.runs[1].point, 0u);
  EXPECT_EQ(plan.runs[1].seed, 7);
  EXPECT_EQ(plan.runs[2].point, 1u);
  EXPECT_EQ(plan.points[1].experiment.model.width, 8);
}

TEST(plan, shows_factor_values_as_plain_text_or_compact_json) {
  const Plan plan = plan_of(
      R"({"name": "a", "sweep": {"zip": {"model.activation": ["tanh"], "model.norm": [{"kind": "batch"}],
          "train.optimizer.lr": [0.50]}}, )" +
      tail + "}");
  EXPECT_EQ(plan.points[0].values, (std::vector<std::string>{"tanh", R"({"kind":"batch"})", "0.5"}));
}

TEST(plan, drops_duplicate_points) {
  const Plan plan =
      plan_of(R"({"name": "a", "sweep": [{"model.width": [4, 8]}, {"model.width": [8, 16]}], )" + tail + "}");
  EXPECT_EQ(plan.points.size(), 3u);
}

TEST(plan, refuses_a_network_too_large_for_any_machine) {
  const auto says = [](const std::string& model) -> std::string {
    try {
      plan_of(R"({"data": "mnist1d", "train": {"epochs": 1}, "model": )" + model + "}");
    } catch (const core::InputError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(says(R"({"hidden": [100000, 100000]})"), "");
  std::string layers = "100000", blocks = "1000";
  for (int i = 0; i < 110; ++i) layers += ", 100000";
  EXPECT_EQ(says(R"({"hidden": [)" + layers + "]}"),
            "test.json:1:54: model: the network has 1.1e+12 parameters; the maximum is 1e+12");
  for (int i = 0; i < 13; ++i) blocks += ", 1000";
  EXPECT_EQ(says(R"({"kind": "resnet", "width": 8, "blocks": [)" + blocks + "]}").substr(0, 38),
            "test.json:1:54: model: the network has");
}

TEST(plan, gives_every_run_a_different_hash) {
  const Plan plan = plan_of(R"({"name": "a", "seeds": 3, "sweep": {"model.width": [4, 8]}, )" + tail + "}");
  std::set<std::string> hashes, ids;
  for (const plan::Run& run : plan.runs) {
    hashes.insert(run.hash);
    ids.insert(run.id());
  }
  EXPECT_EQ(hashes.size(), 6u);
  EXPECT_EQ(ids.size(), 6u);
}

TEST(plan, keeps_the_hash_of_a_run_when_the_sweep_or_the_seeds_grow) {
  const Plan small = plan_of(R"({"name": "a", "seeds": [1], "sweep": {"model.width": [4]}, )" + tail + "}");
  const Plan large = plan_of(
      R"({"name": "b", "description": "more", "seeds": [0, 1], "sweep": {"model.width": [2, 4]}, )" + tail + "}");
  EXPECT_EQ(small.runs[0].hash, large.runs[3].hash);
  EXPECT_NE(small.hash, large.hash);
}

TEST(plan, hashes_equal_values_equally_however_they_were_written) {
  const Plan swept = plan_of(R"({"name": "a", "sweep": {"model.width": [8]}, )" + tail + "}");
  const Plan plain = plan_of(R"({"name": "a", )" + tail + "}");
  EXPECT_EQ(swept.runs[0].hash, plain.runs[0].hash);
}

TEST(plan, changes_the_hash_of_a_run_if_its_results_change) {
  const Plan plan = plan_of(R"({"name": "a", "sweep": {"train.optimizer.lr": [0.1, 0.2]}, )" + tail + "}");
  EXPECT_NE(plan.runs[0].hash, plan.runs[1].hash);
}

TEST(plan, changes_the_hash_with_the_engine_and_the_device) {
  const auto hash = [](const std::string& keys) {
    return plan_of(R"({"name": "a", )" + keys + tail + "}").runs[0].hash;
  };
  EXPECT_EQ(hash(R"("engine": "fused", )"), hash(""));
  EXPECT_NE(hash(R"("engine": "torch", )"), hash(""));
  EXPECT_NE(hash(R"("device": "cuda", )"), hash(R"("engine": "torch", )"));
  EXPECT_EQ(hash(R"("device": "cuda:1", "engine": "torch", )"), hash(R"("device": "cuda:0", )"));
}

TEST(plan, takes_less_than_a_second_for_ten_thousand_runs) {
  const auto document = config::read_document_text(
      R"({"name": "a", "seeds": 100, "sweep": {"model.width": {"range": [1, 100, 1]}}, )" + tail + "}", "test.json");
  const auto start = std::chrono::steady_clock::now();
  const Plan plan = make_plan(document);
  EXPECT_EQ(plan.runs.size(), 10'000u);
  EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 1.0);
}

}  // namespace
}  // namespace descent::plan
