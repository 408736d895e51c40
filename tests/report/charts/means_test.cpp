#include "report/charts/source.h"

#include "report/charts/fixture.h"

namespace descent::report {
namespace {

using means = OfExperiment;

TEST(thinned, keeps_both_ends) {
  EXPECT_EQ(thinned(3, 10, false), (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(thinned(1001, 3, false), (std::vector<std::size_t>{0, 500, 1000}));
  EXPECT_EQ(thinned(1000, 4, true), (std::vector<std::size_t>{0, 9, 99, 999}));
  EXPECT_TRUE(thinned(0, 10, false).empty());
  EXPECT_EQ(thinned(5, 1, false), std::vector<std::size_t>{0});
}

TEST_F(means, are_over_the_seeds_at_each_evaluation) {
  read(R"("seeds": 2)");
  const auto results = finish([](std::size_t, std::int64_t seed) { return seed == 0 ? 0.2 : 0.4; });
  const Source source(plan, results);
  const auto curve = mean_curve(source, 0, test_error, epoch);
  ASSERT_EQ(curve.size(), 30u);
  EXPECT_DOUBLE_EQ(curve[0].value.mean, 0.9);
  EXPECT_NEAR(curve[29].value.mean, 0.3, 1e-3);
  EXPECT_EQ(curve[29].value.n, 2u);
  EXPECT_EQ(curve[29].x, 29);
}

TEST(value_axis, is_logarithmic_over_more_than_a_factor_of_50) {
  const Axis axis = value_axis("loss", {0.013, 1}, {0.013, 2}, false);
  EXPECT_EQ(axis.scale["type"], "log");
  EXPECT_NEAR(axis.floor, 0.01, 1e-9);
  EXPECT_EQ(axis.ticks, (std::vector<double>{0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2}));
  EXPECT_EQ(value_axis("loss", {0.1, 2}, {0.001, 2}, false).scale.dump(), R"({"zero":false})");
  EXPECT_EQ(value_axis("error", {0.001, 2}, {0.001, 2}, true).scale.dump(), R"({"zero":true})");
}

}  // namespace
}  // namespace descent::report
