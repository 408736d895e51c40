#include "claims/claims.h"

#include <gtest/gtest.h>

#include <cmath>

#include "claims/read.h"
#include "core/error.h"
#include "store/fixture.h"

namespace descent::claims {
namespace {

constexpr const char* text = R"({"data": "mnist1d", "seeds": 3, "model": {"width": 4, "depth": 1},
  "train": {"epochs": 1}, "sweep": {"model.width": [4, 8], "model.norm": ["none", "batch"]}})";

// Runs whose test error is 0.1 for width 4 and 0.2, 0.3, 0.4 for the seeds of width 8; a tenth more with
// batch norm.
class compare_results : public store::InFolder {
 protected:
  compare_results() : plan(plan::make_plan(read_document_text(text, "trial.json"))), results(out, plan) {}

  void write(const std::function<void(const plan::Run&, store::RunResult&)>& spoil = {}) {
    std::vector<store::RunResult> rows;
    for (const plan::Run& run : plan.runs) {
      const auto& values = plan.points[run.point].values;
      const double seed = static_cast<double>(run.seed);
      rows.push_back(
          store::result_of(run, (values[0] == "4" ? 0.1 : 0.2 + 0.1 * seed) + (values[1] == "batch" ? 0.1 : 0)));
      if (spoil) spoil(run, rows.back());
    }
    results.write_part(rows, {});
  }

  std::vector<Comparison> compared(const std::string& a, const std::string& b,
                                   const std::string& metric = "final_test_error") const {
    return compare({plan, results, a}, {plan, results, b}, metric);
  }

  plan::Plan plan;
  store::Results results;
};

TEST_F(compare_results, differ_by_the_mean_of_pairs_with_its_interval_and_effect_size) {
  write();
  const auto found = compared("width=8, norm=none", "width=4, norm=none");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].n, 3u);
  EXPECT_NEAR(found[0].a, 0.3, 1e-12);
  EXPECT_NEAR(found[0].b, 0.1, 1e-12);
  // Differences 0.1, 0.2, 0.3: sd 0.1, t(0.975, 2) = 4.302652729749462.
  EXPECT_NEAR(found[0].difference->mean, 0.2, 1e-12);
  EXPECT_NEAR(*found[0].difference->low, 0.2 - 4.302652729749462 * 0.1 / std::sqrt(3.0), 1e-12);
  EXPECT_NEAR(*found[0].effect, 2, 1e-12);
}

TEST_F(compare_results, are_matched_by_the_factors_left_open) {
  write();
  const auto found = compared("width=8", "width=4");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].where, "norm=none");
  EXPECT_EQ(found[1].where, "norm=batch");
  EXPECT_EQ(compared("width=8", "width=4, norm=none").size(), 2u);
}

TEST_F(compare_results, leave_out_pairs_without_two_values) {
  write([](const plan::Run& run, store::RunResult& result) {
    if (run.point == 0 && run.seed == 1) result.summary.diverged_step = 12;
  });
  const auto found = compared("width=8, norm=none", "width=4, norm=none");
  EXPECT_EQ(found[0].n, 2u);
  EXPECT_EQ(found[0].left_out, 1u);
}

TEST_F(compare_results, of_two_experiments_share_seeds_and_points) {
  write();
  auto other = read_document_text(text, "trial.json", {.seeds = "[1, 2, 5]"});
  const auto other_plan = plan::make_plan(other);
  const store::Results same(out, other_plan);
  const auto found = compare({plan, results, ""}, {other_plan, same, ""}, "final_test_error");
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[3].where, "width=8, norm=batch");
  EXPECT_EQ(found[3].n, 2u);
  EXPECT_EQ(found[3].difference->mean, 0);
  EXPECT_FALSE(found[3].effect);
}

TEST_F(compare_results, can_be_read_from_curves) {
  write();
  EXPECT_NEAR(compared("width=8, norm=none", "width=4, norm=none", "test_error(epoch=1)")[0].difference->mean, 0.2,
              1e-12);
}

TEST_F(compare_results, exclude_0_after_a_bonferroni_correction) {
  // Differences 0.9, 1, 1.1: t = 1 / (0.1 / sqrt 3) = 17.32; t(0.975, 2) = 4.30, and 100 comparisons ask
  // for 44.7.
  write([](const plan::Run& run, store::RunResult& result) {
    result.summary.final->metrics.test.error = run.point == 0 ? 0.0 : 0.9 + 0.1 * static_cast<double>(run.seed);
  });
  EXPECT_TRUE(compared("width=8, norm=none", "width=4, norm=none")[0].significant);
}

TEST_F(compare_results, refuse_unknown_factors_and_what_is_no_column) {
  const auto refusal = [&](const std::string& a, const std::string& metric) -> std::string {
    try {
      compared(a, "width=4", metric);
    } catch (const core::InputError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(refusal("widht=4", "final_test_error"),
            "final_test_error(widht=4): unknown factor \"widht\"; did you mean \"width\"? (one of width, norm) (at "
            "character 18)");
  EXPECT_EQ(refusal("width=4", "1"), "1(width=4): unexpected \"(\" (at character 2)");
  EXPECT_EQ(refusal("", "final_test_error > 0"),
            "final_test_error > 0: compare takes a column, such as final_test_error");
}

}  // namespace
}  // namespace descent::claims
