#include "report/charts/charts.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "report/charts/fixture.h"

namespace descent::report {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class plots_of_a_report : public OfExperiment {
 protected:
  // The charts of a sweep over width and norm, with these plots.
  Charts with(const std::string& plots) {
    read(R"("seeds": 2, "sweep": {"model.width": [4, 8, 16, 32, 64], "model.norm": ["none", "batch"]}, "plots": )" +
         plots);
    const auto results = finish([](std::size_t point, std::int64_t seed) {
      return 0.1 * static_cast<double>(point + 1) + 0.01 * static_cast<double>(seed);
    });
    return charts_of(Source(plan, results), document.base.plots);
  }

  static const Chart& named(const Charts& charts, const std::string& name) {
    return *std::ranges::find(charts, name, &Chart::name);
  }

  // What is wrong with the plots.
  static std::string problems(const std::string& plots) try {
    config::read_document_text(
        R"({"model": {"depth": 1}, "train": {"epochs": 3}, "sweep": {"model.width": [4, 8], "model.norm": ["none", "batch"]}, "plots": )" +
            plots + "}",
        "x.json", {}, check_plots);
    return "";
  } catch (const core::InputError& error) {
    return error.what();
  }
};

TEST_F(plots_of_a_report, add_the_chart_of_a_metric_before_the_others) {
  const Charts charts = with(R"([{"metric": "test_error", "over": "width", "by": "norm", "title": "Mine"}])");
  ASSERT_EQ(charts[0].name, "test_error_over_width_by_norm");
  EXPECT_EQ(charts[0].title, "Mine");
  EXPECT_THAT(names_of(charts), Contains("final_error"));
  EXPECT_EQ(charts[0].spec["layer"][0]["encoding"]["x"]["title"], "width");
  EXPECT_EQ(charts[0].spec["layer"][0]["encoding"]["color"]["sort"].dump(), R"(["none","batch"])");
}

TEST_F(plots_of_a_report, draw_over_time_on_request) {
  const Charts charts = with(R"([{"metric": "train_error", "over": "step", "by": "norm", "where": "width=8"}])");
  const Chart& chart = named(charts, "train_error_over_step_by_norm");
  EXPECT_EQ(chart.spec["layer"][0]["encoding"]["x"]["title"], "step");
  EXPECT_FALSE(chart.spec.contains("facet"));
}

TEST_F(plots_of_a_report, swap_axis_and_color_on_request) {
  const Charts charts = with(R"([{"metric": "test_error", "over": "norm", "by": "width"}])");
  const Chart& chart = named(charts, "test_error_over_norm_by_width");
  EXPECT_EQ(chart.spec["layer"][0]["encoding"]["y"]["field"], "label");
  EXPECT_EQ(chart.spec["layer"][0]["encoding"]["color"]["sort"].dump(), R"(["4","8","16","32","64"])");
}

TEST_F(plots_of_a_report, draw_only_the_points_that_are_selected) {
  const Charts charts = with(R"([{"metric": "test_error", "where": "norm=batch, width=8..32"}])");
  const std::string data = data_of(named(charts, "test_error"));
  EXPECT_THAT(data, Not(HasSubstr("\n4,")));
  EXPECT_THAT(data, AllOf(HasSubstr("\n8,"), HasSubstr("\n32,")));
}

TEST_F(plots_of_a_report, draw_the_test_error_over_time) {
  const Charts charts = with(R"([{"metric": "test_error", "over": "epoch"}])");
  EXPECT_THAT(data_of(named(charts, "test_error_over_epoch")), HasSubstr(",mean,"));
}

TEST_F(plots_of_a_report, of_no_known_metric_are_left_out) {
  EXPECT_EQ(names_of(with(R"([{"metric": "test_eror"}])")), names_of(with("[]")));
}

TEST_F(plots_of_a_report, set_the_scale) {
  const Charts charts =
      with(R"([{"metric": "test_error", "scale": "log"}, {"chart": "final_values", "scale": "log"}])");
  for (const char* name : {"test_error", "final_error"})
    EXPECT_EQ(named(charts, name).spec["layer"][0]["encoding"]["y"]["scale"]["type"], "log");
  EXPECT_EQ(named(charts, "learning_curves_error").spec.dump().find("\"log\""), std::string::npos);
}

TEST_F(plots_of_a_report, remove_charts) {
  EXPECT_THAT(names_of(with("[]")), Contains("differences"));
  EXPECT_THAT(names_of(with(R"([{"chart": "differences", "remove": true}])")), Not(Contains("differences")));
}

TEST_F(plots_of_a_report, change_or_remove_one_chart_if_they_name_its_metric) {
  const auto removed = names_of(with(R"([{"chart": "learning_curves", "metric": "loss", "remove": true}])"));
  EXPECT_THAT(removed, AllOf(Contains("learning_curves_error"), Not(Contains("learning_curves_loss"))));
  const Charts charts = with(R"([{"chart": "final_values", "metric": "error", "scale": "log", "title": "Mine"}])");
  EXPECT_EQ(named(charts, "final_error").title, "Mine");
  EXPECT_EQ(named(charts, "final_error").spec["layer"][0]["encoding"]["y"]["scale"]["type"], "log");
  EXPECT_EQ(named(charts, "final_loss").title, "Final loss against width");
}

TEST_F(plots_of_a_report, may_change_one_chart_and_remove_another_of_the_same_kind) {
  const auto names = names_of(with(R"([{"chart": "final_values", "metric": "loss", "remove": true},
                                       {"chart": "final_values", "metric": "error", "title": "Mine"}])"));
  EXPECT_THAT(names, AllOf(Contains("final_error"), Not(Contains("final_loss"))));
}

TEST_F(plots_of_a_report, of_one_kind_have_names_of_their_own) {
  const Charts charts = with(R"([{"metric": "test_error"}, {"metric": "test_error", "scale": "log"}])");
  EXPECT_EQ(charts[0].name, "test_error");
  EXPECT_EQ(charts[1].name, "test_error_2");
}

TEST_F(plots_of_a_report, with_mistakes_are_refused_with_place_and_nearest_name) {
  EXPECT_THAT(problems(R"([{"metric": "test_eror"}])"),
              HasSubstr(R"(plots[0].metric: unknown metric "test_eror"; did you mean "test_error"?)"));
  EXPECT_THAT(
      problems(R"([{"metric": "test_error", "over": "widht"}])"),
      HasSubstr(R"(plots[0].over: unknown axis "widht"; did you mean "width"? (one of epoch, step, width, norm))"));
  EXPECT_THAT(problems(R"([{"metric": "test_error", "by": "nrm"}])"),
              HasSubstr(R"(plots[0].by: unknown factor "nrm"; did you mean "norm"?)"));
  EXPECT_THAT(problems(R"([{"metric": "test_error", "where": "width=5"}])"), HasSubstr("plots[0].where: "));
  EXPECT_THAT(problems(R"([{"chart": "heat_map", "remove": true}])"),
              HasSubstr(R"(plots[0].chart: unknown chart "heat_map"; did you mean "heat_maps"?)"));
  EXPECT_THAT(problems(R"([{"metric": "test_error", "scale": "logg"}])"), HasSubstr(R"(did you mean "log"?)"));
}

TEST_F(plots_of_a_report, that_say_nothing_or_contradict_themselves_are_refused) {
  EXPECT_THAT(problems("[{}]"), HasSubstr("plots[0]: needs \"metric\", or \"chart\""));
  EXPECT_THAT(problems(R"([{"remove": true}])"),
              HasSubstr("plots[0].remove: needs \"chart\", which names the charts to remove"));
  EXPECT_THAT(problems(R"([{"chart": "probes"}])"),
              HasSubstr("plots[0]: needs \"scale\", \"title\" or \"remove\": true"));
  EXPECT_THAT(problems(R"([{"chart": "probes", "over": "width", "remove": true}])"),
              HasSubstr("plots[0].over: has no effect with the chart \"probes\""));
  EXPECT_THAT(problems(R"([{"chart": "ensembles", "metric": "eror", "remove": true}])"),
              HasSubstr("plots[0].metric: unknown metric of ensembles \"eror\"; did you mean \"error\"?"));
  EXPECT_THAT(problems(R"([{"chart": "probes", "title": "Mine"}])"),
              HasSubstr("plots[0].title: needs \"metric\" to select one chart"));
  EXPECT_THAT(problems(R"([{"metric": "val_error"}])"), HasSubstr("plots[0].metric: val_error is empty: "));
  EXPECT_THAT(problems(R"([{"metric": "final_test_error", "over": "epoch"}])"),
              HasSubstr("plots[0].over: final_test_error has only one value per run; remove \"over\""));
  EXPECT_THAT(problems(R"([{"metric": "test_error", "over": "width", "by": "width"}])"),
              HasSubstr("plots[0].by: is already the horizontal axis"));
}

}  // namespace
}  // namespace descent::report
