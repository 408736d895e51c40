#include "report/points.h"

#include "claims/read.h"
#include "store/fixture.h"

namespace descent::report {
namespace {

using store::result_of;
using points = store::InFolder;

TEST_F(points, shows_mean_and_half_the_interval_of_the_test_error) {
  const auto plan = store::plan_with({"4", "128"}, 2);
  const store::Results results(out, plan);
  results.write_part({result_of(plan.runs[0], 0.5), result_of(plan.runs[1], 0.52), result_of(plan.runs[2], 0.25)}, {});
  EXPECT_EQ(points_table(results, plan, {}),
            "width  n  final_test_error\n"
            "    4  2       0.51 ± 0.13\n"
            "  128  1              0.25\n");
}

TEST_F(points, shows_the_best_values_if_there_is_validation) {
  const auto plan = store::plan_with({"4"}, 1);
  const store::Results results(out, plan);
  auto result = result_of(plan.runs[0], 0.5);
  result.summary.best.emplace().metrics.test.error = 0.375;
  results.write_part({result}, {});
  EXPECT_EQ(points_table(results, plan, {}),
            "width  n  final_test_error  best_test_error\n"
            "    4  1               0.5            0.375\n");
}

TEST_F(points, shows_the_default_of_a_factor_that_another_part_of_the_sweep_varies_if_it_has_an_effect) {
  const auto plan = plan::make_plan(claims::read_document_text(
      R"({"name": "trial", "seeds": 1, "model": {"width": 4, "depth": 1}, "train": {"epochs": 1},
          "sweep": [{"model.width": [4, 8]}, {"model.norm.kind": ["batch"]},
                    {"model.norm.kind": ["group"], "model.norm.groups": [2]}]})",
      "trial.json"));
  const store::Results results(out, plan);
  EXPECT_EQ(points_table(results, plan, {}),
            "width   norm  groups  n\n"
            "    4   none       -  0\n"
            "    8   none       -  0\n"
            "    4  batch       -  0\n"
            "    4  group       2  0\n");
}

TEST_F(points, shows_losses_if_there_are_no_errors) {
  const auto plan = store::plan_with({"4"}, 1);
  const store::Results results(out, plan);
  auto result = result_of(plan.runs[0], 0.5);
  result.summary.final->metrics.test.error.reset();
  result.summary.final->metrics.test.loss = 0.2;
  results.write_part({result}, {});
  EXPECT_EQ(points_table(results, plan, {}),
            "width  n  final_test_loss\n"
            "    4  1              0.2\n");
}

TEST_F(points, counts_diverged_runs_if_there_are_any) {
  const auto plan = store::plan_with({"4"}, 2);
  const store::Results results(out, plan);
  auto diverged = result_of(plan.runs[0], 0.9);
  diverged.summary.diverged_step = 12;
  results.write_part({diverged, result_of(plan.runs[1], 0.5)}, {});
  EXPECT_EQ(points_table(results, plan, {}),
            "width  n  diverged  final_test_error\n"
            "    4  1         1               0.5\n");
}

TEST_F(points, says_when_it_was_cut) {
  const auto plan = store::plan_with({"4", "8", "16"}, 1);
  const store::Results results(out, plan);
  EXPECT_EQ(points_table(results, plan, {.max_rows = 1}),
            "width  n\n"
            "    4  0\n"
            "... and 2 more points in points.csv\n");
}

TEST_F(points, colors_its_head_only) {
  const auto plan = store::plan_with({"4"}, 1);
  EXPECT_EQ(points_table(store::Results(out, plan), plan, {.screen = {.color = true}}),
            "\x1b[1mwidth  n\x1b[0m\n    4  0\n");
}

TEST_F(points, as_json_holds_every_measure) {
  const auto plan = store::plan_with({"4"}, 1);
  const store::Results results(out, plan);
  results.write_part({result_of(plan.runs[0], 0.5)}, {});
  EXPECT_EQ(points_json(results, plan, {}), R"([
  {
    "point": {
      "model.width": "4"
    },
    "n": 1,
    "n_diverged": 0,
    "final_epoch": {
      "mean": 1.0
    },
    "final_step": {
      "mean": 40.0
    },
    "final_test_error": {
      "mean": 0.5
    }
  }
]
)");
}

}  // namespace
}  // namespace descent::report
