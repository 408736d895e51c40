#include "claims/analysis.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "claims/claims.h"
#include "core/error.h"
#include "store/fixture.h"

namespace descent::claims {
namespace {

const std::string head = R"({"data": "mnist1d", "model": {"width": 4, "depth": 1}, "train": {"epochs": 1}, )";

// Errors by width: training and test.
const std::map<std::string, std::pair<double, double>> errors{
    {"4", {0.6, 0.6}}, {"8", {0.4, 0.5}}, {"16", {0.11, 0.58}}, {"32", {0.0, 0.4}}};

class analysis : public store::InFolder {
 protected:
  std::vector<Analysis> analyzed(const std::string& rest, std::string factor = "") {
    const auto plan = plan::make_plan(read_document_text(head + rest, "trial.json"));
    const store::Results results(out, plan);
    std::vector<store::RunResult> rows;
    for (const plan::Run& run : plan.runs) {
      const auto found = errors.find(plan.points[run.point].values[0]);
      const auto [train, test] = found == errors.end() ? std::pair{0.5, 0.5} : found->second;
      rows.push_back(store::result_of(run, test + 0.001 * static_cast<double>(run.seed)));
      rows.back().summary.final->metrics.train_error = train;
      rows.back().summary.final->metrics.test_loss = test;
    }
    results.write_part(rows, {});
    auto told = analyze(results, plan, factor);
    factor_ = factor;
    return told;
  }

  std::string factor_;
};

TEST_F(analysis, finds_threshold_peak_and_minima) {
  const auto told = analyzed(R"("seeds": 5, "sweep": {"model.width": [32, 4, 8, 16]}})");
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(factor_, "width");
  EXPECT_EQ(told[0].seeds, 5u);
  EXPECT_EQ(told[0].places, (std::vector<double>{4, 8, 16, 32}));
  // The training error falls from 0.11 to 0 between 16 and 32: 0.01 at 16 + 16 * 10/11.
  EXPECT_NEAR(told[0].threshold->value, 16 + 16 * 10.0 / 11, 1e-9);
  const Descent& error = told[0].descents.at(0);
  EXPECT_EQ(error.column, "final_test_error");
  EXPECT_TRUE(error.has_peak);
  EXPECT_EQ(error.before_at.value, 8);
  EXPECT_EQ(error.peak_at.value, 16);
  EXPECT_EQ(error.after_at.value, 32);
  EXPECT_NEAR(error.peak.value, 0.582, 1e-12);
  EXPECT_EQ(error.peak_share, 1);
  EXPECT_NEAR(*error.peak.low, 0.58, 1e-3);
  EXPECT_NEAR(*error.peak.high, 0.584, 1e-3);
  EXPECT_EQ(*error.peak_at.low, 16);
}

TEST_F(analysis, maps_the_test_error_over_the_training) {
  const auto told = analyzed(R"("seeds": 2, "sweep": {"model.width": [4, 8, 16]}})");
  EXPECT_EQ(told[0].map.epochs, std::vector<double>{1});
  EXPECT_NEAR(*told[0].map.means.at(1).at(0), 0.5005, 1e-12);
  EXPECT_FALSE(told[0].descents[0].peak.low) << "two seeds are too few for a bootstrap";
}

TEST_F(analysis, splits_bias_and_variance_where_predictions_were_recorded) {
  const auto document = read_document_text(
      head + R"("seeds": 5, "record": {"predictions": true}, "sweep": {"model.width": [8, 4]}})",
      "trial.json");
  const auto plan = plan::make_plan(document);
  const store::Results results(out, plan);
  for (const plan::Run& run : plan.runs) {
    store::RunResult result = store::result_of(run, 0.5);
    // Two classes, both examples of class 0: probabilities 0.5 to 0.9 at width 8, 0.5 at width 4.
    const float p = run.point == 0 ? 0.5f + 0.1f * static_cast<float>(run.seed) : 0.5f;
    result.predictions = {2, {p, 1 - p, p, 1 - p}, {0, 0}, {}};
    results.write_part({result}, {});
  }
  std::string factor;
  const auto told = analyze(results, plan, factor)[0].bias_variance;
  ASSERT_EQ(told.size(), 2u);
  EXPECT_NEAR(told[0]->bias.value, 0.25, 1e-7);
  EXPECT_NEAR(told[0]->variance.value, 0, 1e-7);
  EXPECT_EQ(told[1]->n, 5u);
  EXPECT_NEAR(told[1]->variance.value, 0.025, 1e-7);         // of 0.5, 0.6, ... 0.9, with n - 1
  EXPECT_NEAR(told[1]->bias.value, 0.09 - 0.025 / 5, 1e-7);  // (1 - 0.7)^2 less variance / n
  EXPECT_LT(*told[1]->variance.low, 0.025);
  EXPECT_GT(*told[1]->variance.high, 0.025);
  EXPECT_TRUE(analyzed(R"("sweep": {"model.width": [4, 8]}})")[0].bias_variance.empty());
}

TEST_F(analysis, goes_along_one_factor_for_each_value_of_the_others) {
  const auto told = analyzed(R"("sweep": {"model.width": [4, 8, 16, 32], "model.norm": ["none", "batch"]}})");
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].where, "norm=none");
  EXPECT_EQ(told[1].where, "norm=batch");
}

TEST_F(analysis, takes_the_only_numeric_factor_or_the_one_named) {
  analyzed(R"("sweep": {"model.depth": [1, 2, 3], "model.norm": ["none", "batch"]}})");
  EXPECT_EQ(factor_, "depth");
  analyzed(R"("sweep": {"model.width": [4, 8], "model.depth": [1, 2, 3]}})", "depth");
  EXPECT_EQ(factor_, "depth");
}

TEST_F(analysis, says_what_there_is_to_go_along) {
  const auto told = [&](const std::string& rest, const std::string& factor = "") -> std::string {
    try {
      analyzed(rest, factor);
    } catch (const core::InputError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(told(R"("sweep": {"model.norm": ["none", "batch"]}})"),
            "nothing to analyze: no factor of the sweep is a number");
  EXPECT_EQ(told(R"("sweep": {"model.depth": [1, 2], "model.dropout.rate": [0, 0.1]}})"),
            "several factors are numbers; choose one: --over model.depth or --over model.dropout.rate");
  EXPECT_EQ(told(R"("sweep": {"model.norm": ["none", "batch"]}})", "norm"),
            "--over: the values of norm are no numbers");
  EXPECT_EQ(told(R"("sweep": {"model.width": [4]}})"), "nothing to analyze: width has one value only");
}

}  // namespace
}  // namespace descent::claims
