#include "plan/cost.h"

#include <gtest/gtest.h>

#include "plan/document.h"

namespace descent::plan {
namespace {

double seconds_of(const std::string& keys) {
  const Plan plan = plan_of(R"({"name": "a", "seeds": 1, )" + keys + "}");
  return run_seconds(plan.points.front().experiment);
}

double seconds_of_width(const std::string& width, const std::string& more) {
  return seconds_of(R"("data": "mnist1d", "model": {"width": )" + width +
                    R"(, "depth": 2}, "train": {"epochs": 200}, )" + more);
}

TEST(cost, of_a_small_network_is_mostly_overhead_per_step) {
  const double narrow = seconds_of_width("4", R"("engine": "fused")"),
               wide = seconds_of_width("256", R"("engine": "fused")");
  EXPECT_GT(wide, 5 * narrow);  // 40 times in arithmetic
  EXPECT_LT(wide, 100 * narrow);
}

TEST(cost, depends_on_the_engine) {
  EXPECT_GT(seconds_of_width("16", R"("engine": "torch")"), 5 * seconds_of_width("16", R"("engine": "fused")"));
}

// Seconds that `descent run` took on one 2.6 GHz core, in files of experiments/ that differ in kind.
TEST(cost, is_within_a_factor_of_two_of_measured_times) {
  const std::pair<const char*, double> measured[] = {
      {R"("data": {"name": "mnist1d", "train_size": 1000}, "model": {"width": 128, "depth": 2},
          "train": {"optimizer": {"name": "adamw", "weight_decay": 0.1}, "epochs": 200,
                    "evaluate": {"every_epochs": 5}})",
       0.26},
      {R"("data": "mnist1d", "model": {"kind": "cnn"}, "train": {"epochs": 40})", 1.0},
      {R"("data": {"name": "digits", "train_size": 1000, "test_size": 797, "subset": "random"},
          "model": {"kind": "resnet", "width": 4, "blocks": [4, 4, 4], "norm": "batch"},
          "train": {"batch_size": 50, "epochs": 15})",
       4.4},
      {R"("precision": "float64", "data": {"name": "piecewise_linear", "train_size": 400, "test_size": 2000},
          "model": {"kind": "mixture_of_experts", "experts": {"count": 4}, "gate": {"hidden": [16]}},
          "train": {"loss": "mse", "batch_size": "full", "steps": 1500, "evaluate": {"every_steps": 100}})",
       0.13},
      {R"("precision": "float64",
          "data": {"name": "mnist1d_large", "train_size": 300, "subset": "random", "test_size": 4000},
          "model": {"kind": "linear_model", "features": "random_relu", "width": 400},
          "train": {"solver": "least_squares", "loss": "mse"})",
       0.037},
      {R"("precision": "float64", "data": {"name": "two_scale_regression", "train_size": 100, "test_size": 5000},
          "model": {"kind": "linear_model"},
          "train": {"solver": {"kind": "gradient_descent", "relative_lr": 0.5}, "loss": "mse", "steps": 10000000,
                    "evaluate": {"log_spaced": 141}})",
       0.15}};
  for (const auto& [keys, seconds] : measured) {
    EXPECT_GT(seconds_of(keys), seconds / 2) << keys;
    EXPECT_LT(seconds_of(keys), seconds * 2) << keys;
  }
}

}  // namespace
}  // namespace descent::plan
