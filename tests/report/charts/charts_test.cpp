#include "report/charts/charts.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "report/charts/fixture.h"

namespace descent::report {
namespace {

using charts = OfExperiment;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(charts, of_a_number_are_lines_a_map_over_time_and_curves) {
  read(R"("seeds": 3, "sweep": {"model.width": [4, 8, 16, 32, 64]})");
  const auto results = finish([](std::size_t point, std::int64_t seed) {
    return (point == 2 ? 0.4 : 0.3) + 0.001 * static_cast<double>(seed);
  });
  const Charts all = charts_of(Source(plan, results));
  EXPECT_THAT(names_of(all), ElementsAre("final_error", "final_loss", "test_error_over_time", "test_loss_over_time",
                                         "learning_curves_error", "learning_curves_loss"));
  EXPECT_EQ(all[0].title, "Final error against width");
  EXPECT_THAT(data_of(all[0]), HasSubstr("\n16,0.40108,0.3986,0.40357,3,mean,,test,test,,"));
  EXPECT_THAT(data_of(all[0]), HasSubstr("peak 0.401 at 16"));
  EXPECT_EQ(all[4].spec["facet"]["sort"].size(), 5u);
}

TEST_F(charts, of_a_category_are_bars_and_differences) {
  read(R"("seeds": 3, "sweep": {"model.init": ["he_normal", "xavier_normal"]})");
  const auto results = finish([](std::size_t point, std::int64_t seed) {
    return 0.3 + 0.1 * static_cast<double>(point) + 0.01 * static_cast<double>(seed);
  });
  const Charts all = charts_of(Source(plan, results));
  EXPECT_THAT(names_of(all),
              ElementsAre("final_error", "final_loss", "differences", "learning_curves_error", "learning_curves_loss"));
  EXPECT_THAT(data_of(all[0]), HasSubstr(",mean,he_normal,test,test,,"));
  EXPECT_EQ(all[2].title, "Differences of the final test error from init = he_normal");
  EXPECT_FALSE(all[3].spec.contains("facet"));  // two colours in one panel
}

TEST_F(charts, of_networks_that_start_far_above_are_cut) {
  read(R"("seeds": 2, "sweep": {"model.width": [4, 8]})");
  const store::Results results(out, plan);
  std::vector<store::RunResult> runs;
  for (const plan::Run& run : plan.runs) {
    store::RunResult& result = runs.emplace_back(store::RunResult{run.hash, {}, {}});
    for (int i = 0; i < 5; ++i) {
      store::Evaluation& at = result.curve.emplace_back();
      at.epoch = at.step = i;
      at.metrics.test.loss = i == 0 ? 1000 : 2.0 / i;
    }
    result.summary.final = result.curve.back();
  }
  results.write_part(runs, {});
  const Chart curves = charts_of(Source(plan, results)).back();
  EXPECT_EQ(curves.name, "learning_curves_loss");
  EXPECT_EQ(curves.spec["layer"][0]["encoding"]["y"]["scale"].dump(), R"({"zero":false,"domainMax":2.2})");
  EXPECT_THAT(curves.caption, HasSubstr("Some curves start above the chart."));
}

TEST_F(charts, of_diverged_runs_count_them_and_leave_them_out) {
  read(R"("seeds": 2, "sweep": {"model.norm": ["none", "batch"]})");
  const store::Results results(out, plan);
  std::vector<store::RunResult> runs;
  for (const plan::Run& run : plan.runs) {
    runs.push_back(store::result_of(run, 0.25));
    if (run.point == 1 && run.seed == 1) runs.back().summary.diverged_step = 7;
  }
  results.write_part(runs, {});
  const Charts all = charts_of(Source(plan, results));
  EXPECT_THAT(data_of(all[0]), HasSubstr("1 of 2 diverged"));
}

TEST_F(charts, of_histograms_have_a_panel_for_each_layer_and_end_at_the_edges_of_their_bins) {
  read(R"("seeds": 2, "probes": ["activation_histogram"], "sweep": {"model.norm": ["none", "batch"]})");
  const store::Results results(out, plan);
  std::vector<store::RunResult> runs;
  for (const plan::Run& run : plan.runs) {
    runs.push_back(store::result_of(run, 0.25));
    for (const std::string layer : {"linear0", "linear1"})
      for (int bin = 0; bin < 4; ++bin)
        runs.back().probes.push_back({0, 0, "activation_histogram", fmt::format("{} bin={}", layer, bin + 0.5),
                                      0.1 * bin + 0.1 * static_cast<double>(run.seed)});
  }
  results.write_part(runs, {});
  const Charts all = charts_of(Source(plan, results));
  const auto chart = std::ranges::find(all, "probe_activation_histogram", &Chart::name);
  ASSERT_NE(chart, all.end());
  EXPECT_EQ(chart->spec["facet"]["sort"].dump(), R"(["linear0","linear1"])");
  EXPECT_THAT(data_of(*chart), HasSubstr("\n3,4,0.35,"));
  EXPECT_THAT(data_of(*chart), HasSubstr("\n4,,0.35,"));
}

TEST_F(charts, of_a_sweep_without_common_points_have_no_differences) {
  read(R"("seeds": 2, "sweep": [{"model.norm": ["none"], "model.width": [4, 8]},
                                {"model.norm": ["batch"], "model.width": [4], "model.dropout.rate": [0.1, 0.2]}])");
  const auto results = finish([](std::size_t, std::int64_t seed) { return 0.3 + 0.01 * static_cast<double>(seed); });
  EXPECT_THAT(names_of(charts_of(Source(plan, results))), Not(testing::Contains("differences")));
}

TEST_F(charts, of_no_results_are_none) {
  read(R"("seeds": 2, "sweep": {"model.width": [4, 8, 16]})");
  EXPECT_TRUE(charts_of(Source(plan, store::Results(out, plan))).empty());
}

TEST_F(charts, have_no_dots_in_the_names_of_their_fields) {
  read(R"("seeds": 2, "sweep": {"model.dropout.rate": [0, 0.1, 0.2], "model.init": ["he_normal", "xavier_normal"]})");
  const auto results = finish([](std::size_t, std::int64_t) { return 0.3; });
  for (const Chart& chart : charts_of(Source(plan, results))) {
    const std::string data = data_of(chart);
    EXPECT_THAT(data.substr(0, data.find('\n')), Not(HasSubstr("."))) << chart.name;
  }
}

}  // namespace
}  // namespace descent::report
