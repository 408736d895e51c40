#include "report/claims.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace descent::report {
namespace {

claims::Comparison two_seeds() {
  return {"width=48", 2, 1, 0.568, 0.451, stats::Description{2, 0.117, 0.01, 0.027, 0.207}, 11.7, true};
}

TEST(compare, shows_means_difference_and_effect_size) {
  EXPECT_EQ(comparison_table({two_seeds()}, {}),
            "n      A      B  A - B [95 % interval]    d_z\n"
            "2  0.568  0.451  0.117 [0.027, 0.207]   11.70\n"
            "\nPaired over the n seeds that both have; d_z: mean / sd of the differences (Cohen).\n"
            "1 pair of runs left out: missing, diverged or without a value.\n");
}

TEST(compare, warns_of_many_comparisons_and_marks_what_stays) {
  claims::Comparison none{};
  none.where = "width=64";
  EXPECT_EQ(comparison_table({two_seeds(), none}, {}),
            "at        n      A      B  A - B [95 % interval]     d_z\n"
            "width=48  2  0.568  0.451  0.117 [0.027, 0.207] *  11.70\n"
            "width=64  0      -      -  -                           -\n"
            "\nPaired over the n seeds that both have; d_z: mean / sd of the differences (Cohen).\n"
            "2 comparisons: at 95 % each, about 0.1 of the intervals miss their true value. *: differs from 0 even at "
            "97.5 % (Bonferroni).\n"
            "1 pair of runs left out: missing, diverged or without a value.\n");
}

TEST(compare, is_json) {
  const auto json = nlohmann::json::parse(comparison_json({two_seeds()}));
  EXPECT_EQ(json[0]["where"], "width=48");
  EXPECT_EQ(json[0]["difference"], 0.117);
  EXPECT_EQ(json[0]["d_z"], 11.7);
  EXPECT_TRUE(json[0]["differs_bonferroni"]);
}

}  // namespace
}  // namespace descent::report
