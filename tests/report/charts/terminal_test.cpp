#include "report/charts/charts.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "report/charts/fixture.h"

namespace descent::report {
namespace {

class terminal_charts : public OfExperiment {
 protected:
  std::string chart(const TerminalChart& wanted) {
    const auto results = finish([](std::size_t point, std::int64_t seed) {
      return 0.1 * static_cast<double>(point + 1) + 0.01 * static_cast<double>(seed);
    });
    return terminal_chart(Source(plan, results), wanted, {.braille = false});
  }
};

TEST_F(terminal_charts, draw_a_final_metric_against_a_factor_of_numbers) {
  read(R"("seeds": 2, "sweep": {"model.width": [4, 8, 16], "model.norm": ["none", "batch"]})");
  const std::string text = chart({.points = {0, 1, 2, 3, 4, 5}});
  EXPECT_NE(text.find("test error"), text.npos) << text;
  EXPECT_NE(text.find(" width "), text.npos) << text;
  EXPECT_NE(text.find("* norm=none"), text.npos) << text;
  EXPECT_NE(text.find("o norm=batch"), text.npos) << text;
}

TEST_F(terminal_charts, draw_learning_curves_on_request) {
  read(R"("seeds": 2, "sweep": {"model.width": [4, 8, 16]})");
  const std::string text = chart({.points = {0, 2}, .metric = "train_error", .over = "epoch"});
  EXPECT_NE(text.find("training error"), text.npos) << text;
  EXPECT_NE(text.find("epoch"), text.npos) << text;
  EXPECT_EQ(text.find("width=8"), text.npos) << text;
  EXPECT_NE(text.find("width=16"), text.npos) << text;
}

TEST_F(terminal_charts, refuse_names_that_the_experiment_does_not_have) {
  read(R"("seeds": 2, "sweep": {"model.width": [4, 8, 16]})");
  EXPECT_THROW(chart({.points = {0}, .metric = "tets_error"}), core::InputError);
  EXPECT_THROW(chart({.points = {0}, .over = "depth"}), core::InputError);
}

}  // namespace
}  // namespace descent::report
