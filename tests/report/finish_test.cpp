#include "report/finish.h"

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
            "model.width  n  final_test_error\n"
            "          4  1               0.5\n"
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
  EXPECT_TRUE(testing::internal::GetCapturedStderr().starts_with("model.width  n"));
}

TEST_F(finish_run, fails_while_runs_are_missing) {
  const auto plan = store::plan_with({"4"}, 2);
  const store::Results results(out, plan);
  testing::internal::CaptureStdout();
  EXPECT_EQ(finish(results, plan, {}), 1);
  EXPECT_NE(testing::internal::GetCapturedStdout().find("\n0 of 2 runs"), std::string::npos);
}

}  // namespace
}  // namespace descent::report
