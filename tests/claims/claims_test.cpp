#include "claims/claims.h"

#include <gtest/gtest.h>

#include "claims/read.h"
#include "config/write.h"
#include "core/error.h"
#include "store/fixture.h"

namespace descent::claims {
namespace {

std::string mistakes(const std::string& text) {
  try {
    read_document_text(text, "x.json");
    return "";
  } catch (const core::InputError& error) {
    return error.what();
  }
}

std::string with_claims(const std::string& claims, const std::string& more = "") {
  return "{\"data\": \"mnist1d\", \"seeds\": 2, \"model\": {\"width\": 4, \"depth\": 1}, \"train\": "
         "{\"epochs\": 1}" +
         more + ",\n\"sweep\": {\"model.width\": [4, 8]},\n\"claims\": [" + claims + "]}";
}

TEST(claims, point_into_the_string_where_the_mistake_is) {
  EXPECT_EQ(mistakes(with_claims("\n  {\"says\": \"x\", \"that\": \"final_test_error(widht=4) > 1\"}")),
            "x.json:4:43: claims[0].that: unknown factor \"widht\"; did you mean \"width\"? (one of width)");
}

TEST(claims, count_escaped_characters_as_they_are_written) {
  EXPECT_EQ(mistakes(with_claims("\n{\"says\": \"x\", \"that\": \"\\\"\"}")),
            "x.json:4:24: claims[0].that: unexpected \"\"\"");
  EXPECT_EQ(mistakes(with_claims("\n{\"says\": \"x\", \"that\": \"final_test_error(width='\\\"') > x\"}")),
            "x.json:4:47: claims[0].that: no point has width=\" (one of 4, 8)\n"
            "x.json:4:55: claims[0].that: unknown column \"x\" (columns of summary.csv and curves.csv, "
            "diverged, probe, ensemble, bias_variance)");
}

TEST(claims, are_all_checked_in_one_pass_with_the_rest_of_the_file) {
  EXPECT_EQ(mistakes(with_claims("{\"says\": \"x\", \"that\": \"a >\"}, {\"says\": \"y\"}", ", \"sedes\": 3")),
            "x.json:1:92: unknown key \"sedes\"; did you mean \"seeds\"?\n"
            "x.json:3:42: claims[1]: needs \"that\"\n"
            "x.json:3:38: claims[0].that: expected a number, a column or \"(\", got the end");
}

TEST(claims, are_written_into_the_resolved_experiment) {
  const auto document =
      read_document_text(with_claims("{\"says\": \"wide is better\", \"that\": \"final_test_error falls over "
                                     "width\", \"reference\": \"-\"}"),
                         "x.json");
  const auto again = read_document_text(config::write_document(document), "y.json");
  ASSERT_EQ(again.base.claims.size(), 1u);
  EXPECT_EQ(again.base.claims[0].says, "wide is better");
  EXPECT_EQ(again.base.claims[0].that, "final_test_error falls over width");
  EXPECT_EQ(again.base.claims[0].reference, "-");
}

TEST(claims, are_no_part_of_the_identity_of_a_run) {
  const auto with = read_document_text(with_claims("{\"says\": \"x\", \"that\": \"final_test_error > 0\"}"), "x.json");
  const auto without = read_document_text(with_claims(""), "x.json");
  EXPECT_EQ(plan::make_plan(with).hash, plan::make_plan(without).hash);
}

using judged = store::InFolder;

TEST_F(judged, claims_read_summary_and_curves) {
  const auto document =
      read_document_text(with_claims("{\"says\": \"a\", \"that\": \"final_test_error(width=4) == 0.25\"},"
                                     "{\"says\": \"b\", \"that\": \"test_error(width=4, epoch=1) == 0.25\"},"
                                     "{\"says\": \"c\", \"that\": \"lr(width=4, at=end) == 0.1\"},"
                                     "{\"says\": \"d\", \"that\": \"max over step of lr(width=4) == 0.1\"},"
                                     "{\"says\": \"e\", \"that\": \"argmin over step of test_error(width=4) == 40\"},"
                                     "{\"says\": \"f\", \"that\": \"parameters(width=4) == 418\"},"
                                     "{\"says\": \"g\", \"that\": \"diverged(width=8)\"},"
                                     "{\"says\": \"h\", \"that\": \"test_error(width=4, epoch=0.5) > 0\"}"),
                         "trial.json");
  const auto plan = plan::make_plan(document);
  const store::Results results(out, plan);
  std::vector<store::RunResult> rows;
  for (const plan::Run& run : plan.runs) {
    rows.push_back(store::result_of(run, 0.25));
    if (run.point == 1) rows.back().summary.diverged_step = 12;
  }
  results.write_part(rows, {});
  const auto found = judge_claims(document, plan, results);
  ASSERT_EQ(found.size(), 8u);
  for (std::size_t i = 0; i < 7; ++i)
    EXPECT_EQ(found[i].check.verdict, Verdict::holds) << found[i].claim.that << ": " << found[i].check.reason;
  EXPECT_EQ(found[7].check.verdict, Verdict::undecided);
  EXPECT_EQ(found[7].check.reason, "2 of 2 runs without a value");
}

TEST_F(judged, claims_read_probes_by_layer_and_time) {
  const auto document = read_document_text(
      with_claims("{\"says\": \"a\", \"that\": \"probe(weight_norm, width=4, layer=linear2, at=end) == 4\"},"
                  "{\"says\": \"b\", \"that\": \"max over layer of probe(weight_norm, width=4, at=start) == 2\"},"
                  "{\"says\": \"c\", \"that\": \"max over epoch of probe(weight_norm, width=4, layer=linear1) == "
                  "3\"},"
                  "{\"says\": \"d\", \"that\": \"probe(weight_norm, width=4, layer=linear1) > 0\"}",
                  ", \"probes\": [\"weight_norm\"]"),
      "trial.json");
  const auto plan = plan::make_plan(document);
  const store::Results results(out, plan);
  std::vector<store::RunResult> rows;
  for (const plan::Run& run : plan.runs) {
    rows.push_back(store::result_of(run, 0.25));
    rows.back().probes = {{0, 0, "weight_norm", "linear1", 1},
                          {0, 0, "weight_norm", "linear2", 2},
                          {1, 40, "weight_norm", "linear1", 3},
                          {1, 40, "weight_norm", "linear2", 4}};
  }
  results.write_part(rows, {});
  const auto found = judge_claims(document, plan, results);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(found[i].check.verdict, Verdict::holds) << found[i].claim.that << ": " << found[i].check.reason;
  EXPECT_EQ(found[3].check.reason, "2 of 2 runs without a value");
}

TEST_F(judged, claims_are_undecided_without_results) {
  const auto document =
      read_document_text(with_claims("{\"says\": \"a\", \"that\": \"final_test_error > 0\"}"), "x.json");
  const auto plan = plan::make_plan(document);
  const auto found = judge_claims(document, plan, store::Results(out, plan));
  EXPECT_EQ(found[0].check.verdict, Verdict::undecided);
  EXPECT_EQ(found[0].check.reason, "2 of 2 runs missing");
}

}  // namespace
}  // namespace descent::claims
