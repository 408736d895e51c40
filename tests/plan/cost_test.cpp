#include "plan/cost.h"

#include <gtest/gtest.h>

#include "plan/document.h"

namespace descent::plan {
namespace {

double seconds_of(const std::string& width, const std::string& more) {
  const Plan plan = plan_of(R"({"name": "a", "seeds": 1, "data": "mnist1d",
    "model": {"width": )" + width +
                            R"(, "depth": 2}, "train": {"epochs": 200}, )" + more + "}");
  return run_seconds(plan.points.front().experiment);
}

TEST(cost, of_a_small_network_is_mostly_that_of_its_steps) {
  const double narrow = seconds_of("4", R"("engine": "fused")"), wide = seconds_of("256", R"("engine": "fused")");
  EXPECT_GT(wide, 5 * narrow);  // 40 times in arithmetic
  EXPECT_LT(wide, 100 * narrow);
}

TEST(cost, is_that_of_the_engine) {
  EXPECT_GT(seconds_of("16", R"("engine": "torch")"), 5 * seconds_of("16", R"("engine": "fused")"));
}

}  // namespace
}  // namespace descent::plan
