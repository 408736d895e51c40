#include "report/run.h"

#include "store/fixture.h"

namespace descent::report {
namespace {

using store::result_of;
using finish_run = store::InFolder;

TEST_F(finish_run, writes_every_csv_and_says_where) {
  const auto plan = store::plan_with({"4"}, 1);
  const store::Results results(out, plan);
  results.write_part({result_of(plan.runs[0], 0.5)}, {});
  testing::internal::CaptureStdout();
  EXPECT_EQ(finish(results, plan, {}), 0);
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "width  n  final_test_error\n"
            "    4  1               0.5\n"
            "\n1 of 1 runs, mean ± 95 % interval; {curves,summary,points}.csv in " +
                results.folder().string() + "\n");
  for (const char* name : {"curves.csv", "summary.csv", "points.csv"}) EXPECT_FALSE(read(name).empty());
}

TEST_F(finish_run, writes_the_curves_to_stdout_when_asked) {
  const auto plan = store::plan_with({"4"}, 1);
  const store::Results results(out, plan);
  results.write_part({result_of(plan.runs[0], 0.5)}, {});
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  finish(results, plan, {.csv_to_stdout = true});
  EXPECT_EQ(testing::internal::GetCapturedStdout(), read("curves.csv"));
  EXPECT_TRUE(testing::internal::GetCapturedStderr().starts_with("width  n"));
}

TEST_F(finish_run, fails_while_runs_are_missing) {
  const auto plan = store::plan_with({"4"}, 2);
  const store::Results results(out, plan);
  testing::internal::CaptureStdout();
  EXPECT_EQ(finish(results, plan, {}), 1);
  EXPECT_NE(testing::internal::GetCapturedStdout().find("\n0 of 2 runs"), std::string::npos);
}

TEST_F(finish_run, asks_only_for_the_runs_of_its_shard) {
  const auto plan = store::plan_with({"4"}, 8);
  const store::Results results(out, plan);
  const plan::Shard shard{1, 2};
  for (const std::size_t run : plan::select(plan, results.missing(), shard))
    results.write_part({result_of(plan.runs[run], 0.5)}, {});
  testing::internal::CaptureStdout();
  EXPECT_EQ(finish(results, plan, {.shard = shard}), 0);
  EXPECT_EQ(finish(results, plan, {.shard = {2, 2}}), 1);
  testing::internal::GetCapturedStdout();
}

TEST_F(finish_run, counts_what_was_reused_new_and_stale) {
  const auto plan = store::plan_with({"4"}, 3), before = store::plan_with({"4", "8"}, 2);
  for (const plan::Run& run : before.runs) store::Results(out, before).write_part({result_of(run, 0.5)}, {});
  const store::Results results(out, plan);
  results.write_part({result_of(plan.runs[2], 0.5)}, {});
  testing::internal::CaptureStdout();
  finish(results, plan, {.trained = 1});
  EXPECT_TRUE(testing::internal::GetCapturedStdout().ends_with(
      "\n2 reused, 1 new; 2 stale runs in 2 parts: descent prune lists them\n"));
}

}  // namespace
}  // namespace descent::report
