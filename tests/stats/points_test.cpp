#include "stats/tables.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "store/fixture.h"

namespace descent::stats {
namespace {

using store::result_of;
using points = store::InFolder;

// A column of points.csv, by point.
std::vector<std::string> column(const std::string& csv, const std::string& name) {
  const auto lines = core::split(csv, '\n');
  const auto head = core::split(lines[0], ',');
  const auto at = static_cast<std::size_t>(std::find(head.begin(), head.end(), name) - head.begin());
  std::vector<std::string> cells;
  for (std::size_t i = 1; i < lines.size(); ++i)
    if (!lines[i].empty()) cells.push_back(core::split(lines[i], ',').at(at));
  return cells;
}

using Column = std::vector<std::string>;

TEST_F(points, have_mean_sd_and_interval_of_each_measure) {
  const auto plan = store::plan_with({"4"}, 2);
  const store::Results results(out, plan);
  results.write_part({result_of(plan.runs[0], 0.25), result_of(plan.runs[1], 0.75)}, {});
  write_points(results, plan);
  const std::string csv = read("points.csv");
  EXPECT_TRUE(csv.starts_with("model.width,n,n_diverged,parameters,final_epoch_mean,final_epoch_sd,final_epoch_low,"));
  EXPECT_EQ(column(csv, "n"), Column{"2"});
  EXPECT_EQ(column(csv, "parameters"), Column{"418"});
  EXPECT_EQ(column(csv, "final_test_error_mean"), Column{"0.5"});
  EXPECT_NEAR(std::stod(column(csv, "final_test_error_sd")[0]), std::sqrt(0.125), 1e-15);
  EXPECT_NEAR(std::stod(column(csv, "final_test_error_high")[0]), 0.5 + 12.706204736174694 * 0.25, 1e-12);
  EXPECT_EQ(csv.find("best_test_error_mean"), std::string::npos);
}

TEST_F(points, leave_spread_empty_for_one_run_and_everything_for_none) {
  const auto plan = store::plan_with({"2", "4", "8"}, 1);
  const store::Results results(out, plan);
  results.write_part({result_of(plan.runs[1], 0.25)}, {});
  write_points(results, plan);
  const std::string csv = read("points.csv");
  EXPECT_EQ(column(csv, "n"), (Column{"0", "1", "0"}));
  EXPECT_EQ(column(csv, "final_test_error_mean"), (Column{"", "0.25", ""}));
  EXPECT_EQ(column(csv, "final_test_error_sd"), (Column{"", "", ""}));
  EXPECT_EQ(column(csv, "final_test_error_low"), (Column{"", "", ""}));
}

TEST_F(points, count_diverged_runs_and_leave_them_out_of_means) {
  const auto plan = store::plan_with({"4"}, 3);
  const store::Results results(out, plan);
  auto diverged = result_of(plan.runs[2], 0.9);
  diverged.summary.diverged_step = 12;
  results.write_part({result_of(plan.runs[0], 0.25), result_of(plan.runs[1], 0.25), diverged}, {});
  write_points(results, plan);
  const std::string csv = read("points.csv");
  EXPECT_EQ(column(csv, "n"), Column{"2"});
  EXPECT_EQ(column(csv, "n_diverged"), Column{"1"});
  EXPECT_EQ(column(csv, "final_test_error_mean"), Column{"0.25"});
}

}  // namespace
}  // namespace descent::stats
