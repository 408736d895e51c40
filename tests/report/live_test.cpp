#include "report/progress.h"

#include <cmath>

#include "core/process.h"
#include "report/table.h"
#include "store/fixture.h"

namespace descent::report {
namespace {

using live = store::InFolder;

LiveCurve falling(int evaluations) {
  LiveCurve curve{"width=4, seed 0"};
  for (int i = 0; i < evaluations; ++i) curve.add(10 * i, std::exp(-0.1 * i));
  return curve;
}

TEST_F(live, keeps_first_and_last_of_a_long_training_in_few_points) {
  const LiveCurve curve = falling(10'001);
  EXPECT_LE(curve.steps.size(), 512u);
  EXPECT_EQ(curve.steps.front(), 0);
  EXPECT_GT(curve.steps.back(), 99'000);
  EXPECT_EQ(curve.steps.size(), curve.losses.size());
}

TEST_F(live, no_line_of_the_chart_is_wider_than_the_terminal) {
  LiveCurve curve = falling(100);
  curve.label = std::string(300, 'x');
  for (std::size_t columns = 1; columns < 120; ++columns)
    for (const std::string& line : live_chart(curve, columns, 40, true)) EXPECT_LT(width_of(line), columns);
}

TEST_F(live, is_not_drawn_without_room) {
  EXPECT_FALSE(live_chart(falling(9), 80, 24, true).empty());
  EXPECT_TRUE(live_chart(falling(9), 39, 24, true).empty());
  EXPECT_TRUE(live_chart(falling(9), 80, 10, true).empty());
  EXPECT_TRUE(live_chart(falling(2), 80, 24, true).empty());
}

TEST_F(live, reads_back_what_this_process_wrote_and_nothing_of_processes_that_have_ended) {
  LiveCurve curve = falling(5);
  curve.add(50, NAN);
  write_live(out, curve);
  const auto read = read_live(out, {"1 on elsewhere", core::this_process()});
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].label, curve.label);
  EXPECT_EQ(read[0].steps, curve.steps);
  EXPECT_TRUE(std::isnan(read[0].losses.back()));
  EXPECT_TRUE(read_live(out, {}).empty());
  remove_live(out);
  EXPECT_TRUE(read_live(out, {core::this_process()}).empty());
}

}  // namespace
}  // namespace descent::report
