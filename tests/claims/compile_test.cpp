#include <gtest/gtest.h>

#include "claims/trial.h"

namespace descent::claims {
namespace {

TEST(compile, accepts_what_makes_sense) {
  const Trial trial;
  for (const char* claim : {
           "final_test_error(width=4, norm=batch) - final_test_error(width=16, norm=batch) >= 0.03",
           "final_test_error(norm=batch) < final_test_error(norm=none)",
           "max over width of final_test_error(norm=none) >= final_test_error(width=4, norm=none) + 0.03",
           "argmin over width of final_test_loss(norm=none) < 16",
           "first width with final_train_error(norm=none) <= 0.01 <= 16",
           "min over epoch of test_error(width=4, norm=none) <= 0.5",
           "train_loss(model.width=4, model.norm=none, epoch=1) < train_loss(width=4, norm=none, at=start)",
           "final_test_error falls over width within 0.02",
           "on every seed: diverged(width=4) or final_train_loss(width=4) >= 2.29",
           "diverged(width=4, norm=none)",
           "median over seed of final_test_error(width=4) == 0.5",
           "parameters rises over width",
       })
    EXPECT_EQ(trial.mistakes(claim), "") << claim;
}

TEST(compile, names_the_nearest_column_factor_and_value) {
  const Trial trial;
  EXPECT_EQ(trial.mistakes("final_tets_error > 1"),
            "0: unknown column \"final_tets_error\"; did you mean \"final_test_error\"? (columns of "
            "summary.csv and "
            "curves.csv, diverged, probe, ensemble, bias_variance)\n");
  EXPECT_EQ(trial.mistakes("final_test_error(widht=4) > 1"),
            "17: unknown factor \"widht\"; did you mean \"width\"? (one of width, norm)\n");
  EXPECT_EQ(trial.mistakes("final_test_error(norm=bacth) > 1"),
            "22: no point has norm=bacth; did you mean \"batch\"? (one of none, batch)\n");
  EXPECT_EQ(trial.mistakes("max over widht of final_test_error > 1"),
            "9: unknown factor \"widht\"; did you mean \"width\"? (one of width, norm)\n");
}

TEST(compile, reports_all_mistakes_of_a_claim_in_one_pass) {
  EXPECT_EQ(Trial().mistakes("final_test_error(width=5) > final_tets_error"),
            "23: no point has width=5 (one of 4, 8, 16)\n"
            "28: unknown column \"final_tets_error\"; did you mean \"final_test_error\"? (columns of "
            "summary.csv and "
            "curves.csv, diverged, probe, ensemble, bias_variance)\n");
}

TEST(compile, refuses_selections_that_match_nothing) {
  const Trial unions(R"({"data": "mnist1d", "model": {"width": 4, "depth": 1}, "train": {"epochs": 1},
    "sweep": [{"model.width": [4], "model.norm": ["none"]}, {"model.width": [8], "model.norm": ["batch"]}]})");
  EXPECT_EQ(unions.mistakes("final_test_error(width=4, norm=batch) > 1"),
            "26: no point has this norm and matches the selections before it\n");
  EXPECT_EQ(unions.mistakes("final_test_error(width>8) > 1"), "17: no point has this width\n");
  EXPECT_EQ(unions.mistakes("final_test_error(width=4, width=8) > 1"), "26: width is selected twice\n");
}

TEST(compile, refuses_operands_of_different_points) {
  EXPECT_EQ(Trial().mistakes("final_test_error(norm=none, width<=8) > final_test_error(norm=batch, width>=8)"),
            "0: the operands select different points: width=4 has no counterpart\n");
}

TEST(compile, distinguishes_numbers_from_statements) {
  const Trial trial;
  EXPECT_EQ(trial.mistakes("final_test_error"),
            "0: expected a statement, got a number; compare it, as in \">= 0.1\"\n");
  EXPECT_EQ(trial.mistakes("abs(final_test_error > 1) > 1"), "4: expected a number, got a statement\n");
  EXPECT_EQ(trial.mistakes("1 < 2"), "0: this compares only constants; name a column\n");
}

TEST(compile, asks_which_value_of_a_curve_is_meant) {
  const Trial trial;
  EXPECT_EQ(trial.mistakes("test_error(width=4) > 1"),
            "0: test_error has many values per run; write test_error(at=end), test_error(epoch=10) or min "
            "over epoch "
            "of test_error\n");
  EXPECT_EQ(trial.mistakes("final_test_error(epoch=1) > 1"),
            "17: final_test_error is one number per run; \"epoch\" selects rows of curves, as in "
            "test_error(epoch=10)\n");
  EXPECT_EQ(trial.mistakes("min over epoch of final_test_error > 1"),
            "18: final_test_error has only one value per run here; there is nothing to reduce\n");
  EXPECT_EQ(trial.mistakes("test_error(at=middle) > 1"), "11: expected at=start or at=end\n");
}

TEST(compile, refuses_reductions_over_what_does_not_vary_or_has_no_order) {
  const Trial trial;
  EXPECT_EQ(trial.mistakes("max over width of final_test_error(width=4) > 1"), "9: width has only one value here\n");
  EXPECT_EQ(trial.mistakes("argmax over norm of final_test_error > 1"), "12: the values of norm are not numbers\n");
  EXPECT_EQ(trial.mistakes("final_test_error rises over norm"), "28: the values of norm are not numbers\n");
}

TEST(compile, refuses_columns_that_are_empty) {
  const Trial trial;
  EXPECT_EQ(trial.mistakes("best_test_error > 1"), "0: best_test_error is empty: there are no validation examples\n");
  EXPECT_EQ(trial.mistakes("stopped_epoch > 1"), "0: stopped_epoch is empty: there is no early stopping\n");
  EXPECT_EQ(trial.mistakes("restored_epoch > 1"), "0: restored_epoch is empty: there is no early stopping\n");
}

TEST(compile, finds_factors_by_suffixes_of_their_paths) {
  const Trial trial(R"({"data": {"name": "mnist1d", "label_noise": 0.1}, "model": {"width": 4, "depth": 1},
    "train": {"epochs": 1}, "sweep": {"model.dropout.rate": [0, 0.5], "data.label_noise.rate": [0.1, 0.2],
    "model.init": ["he_normal", {"scheme": "normal", "gain": 0.1}, {"scheme": "normal", "gain": 5}]}})");
  EXPECT_EQ(trial.mistakes("final_test_error(rate=0.1) > 1"),
            "17: \"rate\" could be model.dropout.rate or data.label_noise.rate; write more of the path\n");
  EXPECT_EQ(trial.mistakes("final_test_error(dropout.rate=0, label_noise=0.1, init=he_normal) > 1"), "");
  EXPECT_EQ(trial.mistakes("final_test_error(dropout=0.5, label_noise.rate=0.1, gain=5) > 1"), "");
  EXPECT_EQ(trial.mistakes("max over gain of final_test_error(dropout=0, label_noise=0.1, init=normal) > 1"), "");
}

TEST(compile, lets_zipped_factors_follow_the_one_named) {
  const Trial trial(R"({"data": "mnist1d", "model": {"width": 4, "depth": 1}, "train": {"epochs": 1},
    "sweep": {"zip": {"train.batch_size": [2, 32], "train.optimizer.lr": [0.1, 0.2]}, "model.norm": ["none", "batch"]}})");
  EXPECT_EQ(trial.mistakes("(max over batch_size of final_test_error(norm=none)) > final_test_error(norm=none, "
                           "batch_size=2)"),
            "");
}

TEST(compile, knows_which_probes_are_measured) {
  const Trial without;
  EXPECT_EQ(without.mistakes("probe(weight_norm) > 1"), "6: weight_norm is not measured; add it to probes.names\n");
  EXPECT_EQ(without.mistakes("probe(wieght_norm) > 1"),
            "6: unknown probe \"wieght_norm\"; did you mean \"weight_norm\"? (descent list probes)\n");
  EXPECT_EQ(without.mistakes("probe(width=4) > 1"), "0: expected the name of a probe: probe(NAME, width=48)\n");
  EXPECT_EQ(without.mistakes("final_test_error(layer=linear1) > 1"), "17: only probes have a layer\n");
  EXPECT_EQ(without.mistakes("argmax over layer of probe(weight_norm) > 1"),
            "0: layers are not numbers; compare the layers one by one\n");
}

TEST(compile, refuses_an_argument_where_none_is_expected) {
  EXPECT_EQ(Trial().mistakes("final_test_error(width) > 1"),
            "17: expected a selection such as width=48, got \"width\"\n");
}

TEST(compile, says_that_an_experiment_without_sweep_has_no_factors) {
  const Trial trial(R"({"data": "mnist1d", "model": {"width": 4, "depth": 1}, "train": {"epochs": 1}})");
  EXPECT_EQ(trial.mistakes("final_test_error(width=4) > 1"),
            "17: \"width\": the experiment has no sweep, so there is no factor to select by\n");
  EXPECT_EQ(trial.mistakes("final_test_error > 1"), "");
}

const std::string comparing_predictions = R"({
  "data": "mnist1d", "seeds": 4, "model": {"width": 4, "depth": 1}, "train": {"epochs": 1}, "bias_variance": true,
  "ensemble": {"of": "seeds", "sizes": [1, 2, 4]}, "sweep": {"model.width": [4, 8]}})";

TEST(compile, knows_ensembles_by_their_size) {
  const Trial trial(comparing_predictions);
  for (const char* claim : {"ensemble(error, size=4, width=8) < ensemble(member_error, size=4, width=8) - 0.1",
                            "ensemble(loss) falls over size", "argmin over width of ensemble(error, size=2) == 8",
                            "ensemble(error, size>=2) < final_test_error", "max over size of ensemble(error) < 1"})
    EXPECT_EQ(trial.mistakes(claim), "") << claim;
  EXPECT_EQ(trial.mistakes("ensemble(eror) < 1"),
            "9: unknown column of ensembles.csv \"eror\"; did you mean \"error\"? (one of error, loss, "
            "member_error, "
            "member_loss, ambiguity)\n");
  EXPECT_EQ(trial.mistakes("ensemble(size=2) < 1"),
            "0: expected the name of a column of ensembles.csv: ensemble(NAME, width=48)\n");
  EXPECT_EQ(trial.mistakes("ensemble(error, size=3) < 1"), "16: no ensemble has this size (one of 1, 2, 4)\n");
  EXPECT_EQ(trial.mistakes("ensemble(error, size>4) < 1"), "16: no ensemble has this size (one of 1, 2, 4)\n");
  EXPECT_EQ(trial.mistakes("ensemble(ambiguity) > 0"), "0: ambiguity is empty: the loss is not the squared error\n");
  EXPECT_EQ(trial.mistakes("ensemble(error, epoch=1) < 1"),
            "16: error is one number for several runs; \"epoch\" selects rows of curves, as in "
            "test_error(epoch=10)\n");
  EXPECT_EQ(Trial().mistakes("ensemble(error, size=9) < 1"),
            "0: error is empty: there are no ensembles; add \"ensemble\": \"seeds\"\n");
}

TEST(compile, knows_columns_of_bias_and_variance) {
  const Trial trial(comparing_predictions);
  EXPECT_EQ(trial.mistakes("bias_variance(squared_bias) falls over width"), "");
  EXPECT_EQ(trial.mistakes("bias_variance(squared_bias, width=5) < 1"), "34: no point has width=5 (one of 4, 8)\n");
  EXPECT_EQ(Trial().mistakes("bias_variance(squared_bias) < 1"),
            "0: squared_bias is empty: add \"bias_variance\": true\n");
}

TEST(compile, knows_which_numbers_no_single_seed_has) {
  const Trial trial(comparing_predictions);
  EXPECT_EQ(trial.mistakes("on every seed: ensemble(error) < final_test_error"),
            "0: error is computed from all seeds together; it has no value for a single seed\n");
  EXPECT_EQ(trial.mistakes("max over seed of bias_variance(squared_risk) < 1"),
            "0: this number has no value per seed\n");
}

TEST(compile, takes_ensembles_of_points_seed_by_seed) {
  const Trial trial(
      R"({"data": "mnist1d", "seeds": 2, "model": {"width": 4, "depth": 1}, "train": {"epochs": 1},
    "ensemble": "points", "sweep": {"model.width": [4, 8]}})");
  EXPECT_EQ(trial.mistakes("on every seed: ensemble(error, size=2) < ensemble(error, size=1)"), "");
  EXPECT_EQ(trial.mistakes("ensemble(error, width=4) < 1"),
            "16: an ensemble over points can be selected only by its size\n");
}

TEST(compile, knows_that_regression_has_no_errors) {
  const Trial trial(R"({"data": "sinusoid", "model": {"width": 4, "depth": 1},
    "train": {"epochs": 1, "batch_size": "full", "loss": "mse"}})");
  EXPECT_EQ(trial.mistakes("final_test_error < 1"), "0: final_test_error is empty: the targets are not class labels\n");
  EXPECT_EQ(trial.mistakes("final_test_loss < 1"), "");
}

}  // namespace
}  // namespace descent::claims
