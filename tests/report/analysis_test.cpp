#include "report/analysis.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace descent::report {
namespace {

claims::Analysis one() {
  claims::Analysis analysis;
  analysis.where = "norm=none";
  analysis.places = {4, 40, 256};
  analysis.seeds = 5;
  analysis.threshold = claims::Estimate{85.25, 80, INFINITY};
  claims::Descent error{.column = "final_test_error", .before = {}, .peak = {}, .after = {}, .before_at = {},
                        .peak_at = {}, .after_at = {}};
  error.has_peak = true;
  error.peak_share = 0.9;
  error.before = {0.505, 0.49, 0.52};
  error.before_at = {4, 4, 4};
  error.peak = {0.557, 0.551, 0.566};
  error.peak_at = {40, 40, 40};
  error.after = {0.449, {}, {}};
  error.after_at = {256, {}, {}};
  claims::Descent loss = error;
  loss.column = "final_test_loss";
  loss.has_peak = false;
  analysis.descents = {error, loss};
  analysis.bias_variance = {claims::Decomposed{20, {0.081, 0.08, 0.082}, {0.003, {}, {}}}, std::nullopt, std::nullopt};
  analysis.map.epochs = {1, 200};
  analysis.map.means = {{0.9, 0.505}, {0.8, 0.557}, {0.7, std::nullopt}};
  return analysis;
}

TEST(analysis, tells_threshold_peak_minima_and_the_map_over_epochs) {
  EXPECT_EQ(analysis_text({one()}, "width", false),
            "over width at norm=none, 5 seeds\n\n"
            "                                           value [95 % interval]      at width\n"
            "interpolation threshold                    final_train_error <= 0.01  85.25 [80, nowhere]\n"
            "final_test_error, minimum before the peak  0.505 [0.49, 0.52]         4 [4, 4]\n"
            "peak                                       0.557 [0.551, 0.566]       40 [40, 40]\n"
            "minimum behind it                          0.449                      256\n"
            "final_test_loss, no peak                   -                          -\n"
            "final_test_error: 90.0 % of the resamples have a peak; intervals are of those\n"
            "\nsquared error of the predictions\n"
            "width   n  bias^2 [95 % interval]  variance\n"
            "    4  20  0.081 [0.08, 0.082]     0.003\n"
            "   40   -  -                       -\n"
            "  256   -  -                       -\n"
            "\ntest_error over the training\n"
            "width \\ epoch      1    200\n"
            "            4  0.900  0.505\n"
            "           40  0.800  0.557\n"
            "          256  0.700      -\n");
}

TEST(analysis, says_when_no_seed_is_complete) {
  claims::Analysis nothing;
  nothing.places = {4, 8};
  EXPECT_EQ(analysis_text({nothing}, "width", false), "over width, 0 seeds\n\nno seed has finished runs everywhere\n");
}

TEST(analysis, is_json) {
  const auto json = nlohmann::json::parse(analysis_json({one()}, "width"));
  EXPECT_EQ(json[0]["interpolation_threshold"]["value"], 85.25);
  EXPECT_FALSE(json[0]["interpolation_threshold"].contains("high"));
  EXPECT_EQ(json[0]["final_test_error"]["peak"]["at"]["value"], 40);
  EXPECT_EQ(json[0]["final_test_error"]["minimum_behind"]["value"]["value"], 0.449);
  EXPECT_EQ(json[0]["final_test_loss"]["has_peak"], false);
  EXPECT_EQ(json[0]["bias_variance"][0]["squared_bias"]["high"], 0.082);
  EXPECT_TRUE(json[0]["bias_variance"][1].is_null());
  EXPECT_TRUE(json[0]["test_error"]["means"][2][1].is_null());
}

}  // namespace
}  // namespace descent::report
