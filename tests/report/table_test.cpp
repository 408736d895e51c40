#include "report/table.h"

#include <gtest/gtest.h>

namespace descent::report {
namespace {

TEST(table, is_printable) {
  EXPECT_EQ(format_table({{"n", "\x1b[2Jname\n"}, {"1", "x"}}), "n  ?[2Jname\n1          x\n");
}

TEST(table, shows_at_most_four_digits) {
  const auto text = [](double mean, double half) {
    return mean_text(stats::Description{.n = 2, .mean = mean, .sd = 1, .low = mean - half, .high = mean + half});
  };
  EXPECT_EQ(text(0.5189, 0.0097), "0.5189 ± 0.0097");
  EXPECT_EQ(text(2900.2, 153), "2900 ± 153");
  EXPECT_EQ(text(0.543211, 0.00012), "0.5432 ± 0.00012");
  EXPECT_EQ(text(123456, 15), "1.235e+05 ± 15");
  EXPECT_EQ(text(2.7123e29, 3.2e28), "2.712e+29 ± 3.2e+28");
  EXPECT_EQ(text(0, 0.5), "0.00 ± 0.50");
}

TEST(table, wraps_what_is_wider_than_the_screen) {
  EXPECT_EQ(format_table({{"verdict", "claim"}, {"holds", "The test error falls, then peaks, then falls"}},
                         {.width = 30}, {0, 1}),
            "verdict  claim\n"
            "holds    The test error falls,\n"
            "         then peaks, then\n"
            "         falls\n");
  EXPECT_EQ(format_table({{"final_test_error", "n"}, {"0.5 ± 0.1", "2"}}, {.width = 15}),
            " final_test_  n\n"
            "       error\n"
            "   0.5 ± 0.1  2\n");
}

}  // namespace
}  // namespace descent::report
