#include "config/source.h"

#include <gtest/gtest.h>

#include "config/files.h"
#include "core/text.h"

namespace descent::config {
namespace {

using sweep_files = BadFiles;

TEST_P(sweep_files, says_what_is_wrong_with) { EXPECT_EQ(problems_of(GetParam().text), GetParam().problems); }

const std::vector<BadFile> sweeps{
    {"an_unknown_path", sweep(R"({"model.widht": [1]})"),
     "x.json:1:90: sweep: unknown key \"model.widht\"; did you mean \"model.width\"?"},
    {"an_unknown_path_without_suggestion", sweep(R"({"xyzzy": [1]})"),
     "x.json:1:90: sweep: unknown key \"xyzzy\" (descent explain lists the keys)"},
    {"a_section", sweep(R"({"model": [1]})"),
     "x.json:1:90: sweep: model is a section; sweep one of its keys, such as model.width"},
    {"a_section_of_one_key", sweep(R"({"predict": [1]})"),
     "x.json:1:90: sweep: predict is a section; sweep one of its keys, such as predict.dropout_samples"},
    {"the_name", sweep(R"({"name": ["a"]})"), "x.json:1:90: sweep: name does not affect a run"},
    {"the_seeds", sweep(R"({"seeds": [1]})"),
     "x.json:1:90: sweep: cannot be swept: every point runs with all seeds; list them in \"seeds\""},
    {"the_sweep", sweep(R"({"sweep": [1]})"),
     "x.json:1:90: sweep: unknown key \"sweep\" (descent explain lists the keys)"},
    {"an_empty_list", sweep(R"({"model.width": []})"), "x.json:1:105: sweep model.width: an empty list"},
    {"a_single_value", sweep(R"({"model.width": 4})"),
     "x.json:1:105: sweep model.width: expected a list of values, {\"range\": [from, to, step]} or "
     "{\"logspace\": [from, to, count]}"},
    {"a_value_out_of_bounds", sweep(R"({"model.width": [4, 0]})"),
     "x.json:1:109: sweep model.width: must be at least 1, got 0"},
    {"a_value_of_the_wrong_type", sweep(R"({"model.width": [4, "a"]})"),
     "x.json:1:109: sweep model.width: expected an integer, got \"a\""},
    {"an_unknown_choice", sweep(R"({"model.norm": ["none", "bach"]})"),
     "x.json:1:113: sweep model.norm: unknown norm \"bach\"; did you mean \"batch\"? (one of none, batch, "
     "layer, rms, group)"},
    {"a_value_twice", sweep(R"({"model.width": [4, 4.0]})"), "x.json:1:109: sweep model.width: duplicate value"},
    {"an_empty_union", sweep("[]"), "x.json:1:89: sweep: an empty list"},
    {"a_number", sweep("3"),
     "x.json:1:89: sweep: expected an object of keys and lists of values, or a list of such objects"},
    {"a_list_of_numbers", sweep("[3]"),
     "x.json:1:90: sweep: expected an object of keys and lists of values, or a list of such objects"},
    {"a_zip_of_unequal_lengths", sweep(R"({"zip": {"model.width": [1, 2], "model.depth": [1]}})"),
     "x.json:1:136: sweep model.depth: 1 values, but model.width has 2; a zip pairs lists of equal length"},
    {"an_empty_zip", sweep(R"({"zip": {}})"), "x.json:1:97: sweep.zip: expected an object of keys and lists of values"},
    {"a_zip_that_is_a_list", sweep(R"({"zip": [1]})"),
     "x.json:1:97: sweep.zip: expected an object of keys and lists of values"},
    {"a_path_twice", sweep(R"({"model.width": [1], "zip": {"model.width": [2]}})"),
     "x.json:1:118: sweep: model.width is swept twice"},
    {"paths_that_overlap", sweep(R"({"model.norm": ["none"], "model.norm.kind": ["batch"]})"),
     "x.json:1:114: sweep: model.norm and model.norm.kind overlap; sweep one of them"},
    {"paths_that_overlap_across_a_union", sweep(R"([{"model.norm.kind": ["none"]}, {"model.norm": ["batch"]}])"),
     "x.json:1:122: sweep: model.norm.kind and model.norm overlap; sweep one of them"},
    {"a_range_of_two_numbers", sweep(R"({"model.width": {"range": [1, 10]}})"),
     "x.json:1:115: sweep model.width: expected \"range\": [from, to, step]"},
    {"a_range_in_the_wrong_direction", sweep(R"({"model.width": {"range": [10, 1, 1]}})"),
     "x.json:1:115: sweep model.width: the step must lead from the first number towards the second"},
    {"a_range_with_step_zero", sweep(R"({"model.width": {"range": [1, 10, 0]}})"),
     "x.json:1:115: sweep model.width: the step must lead from the first number towards the second"},
    {"a_range_with_too_many_values", sweep(R"({"model.width": {"range": [1, 1e9, 1]}})"),
     "x.json:1:115: sweep model.width: more than 100000 values"},
    {"a_range_that_leaves_the_bounds", sweep(R"({"model.dropout": {"range": [0.5, 1, 0.25]}})"),
     "x.json:1:117: sweep model.dropout: must be below 1, got 1"},
    {"a_logspace_from_zero", sweep(R"({"model.width": {"logspace": [0, 10, 3]}})"),
     "x.json:1:118: sweep model.width: both ends must be above 0"},
    {"a_logspace_of_one", sweep(R"({"model.width": {"logspace": [1, 10, 1]}})"),
     "x.json:1:118: sweep model.width: the count must be at least 2"},
    {"a_logspace_with_a_fractional_count", sweep(R"({"model.width": {"logspace": [1, 10, 2.5]}})"),
     "x.json:1:118: sweep model.width: expected \"logspace\": [from, to, count]"},
    {"an_unknown_generator", sweep(R"({"model.width": {"linspace": [1, 10, 1]}})"),
     "x.json:1:105: sweep model.width: expected a list of values, {\"range\": [from, to, step]} or "
     "{\"logspace\": [from, to, count]}"},
    {"two_generators", sweep(R"({"model.width": {"range": [1, 2, 1], "logspace": [1, 10, 2]}})"),
     "x.json:1:105: sweep model.width: expected a list of values, {\"range\": [from, to, step]} or "
     "{\"logspace\": [from, to, count]}"},
    {"an_invalid_point", sweep(R"({"data.train_size": [1000, 5000], "model.dropout": [0, 0.5]})"),
     "x.json:1:116: data.train_size: needs 5000 training examples, but the training set of mnist1d has 4000 (at "
     "data.train_size=5000)"},
    {"a_problem_at_every_point", R"({"train": {"early_stopping": "val_loss"}, "sweep": {"model.dropout": [0, 0.5]}})",
     "x.json:1:30: train.early_stopping.monitor: there are no validation examples; set data.val_size or "
     "data.val_fraction"},
    {"an_unknown_key_in_a_value", sweep(R"({"model.norm": ["none", {"kind": "batch", "momentun": 3}]})"),
     "x.json:1:131: sweep model.norm: unknown key \"momentun\"; did you mean \"momentum\"?"},
    {"a_value_without_effect_in_a_point",
     sweep(R"({"train.optimizer.momentum": [0, 0.9], "train.optimizer.name": ["sgd", "adam"]})"),
     "x.json:1:119: train.optimizer.momentum: has no effect without the optimizer \"sgd\" (at "
     "train.optimizer.momentum=0, train.optimizer.name=\"adam\")"},
    {"a_key_without_effect_in_a_value", sweep(R"({"model.norm": [{"kind": "layer", "momentum": 0.5}]})"),
     "x.json:1:135: model.norm.momentum: has no effect without the norm \"batch\" and running statistics"},
    {"too_many_points", sweep(R"({"model.width": {"range": [1, 1000, 1]}, "model.depth": {"range": [1, 1000, 1]}})"),
     "x.json:1:89: sweep: more than 100000 points"},
    {"too_many_runs", also(R"("seeds": 100000, "sweep": {"model.width": {"range": [1, 20, 1]}})"),
     "x.json:1:1: sweep: 20 points with 100000 seeds exceed the maximum of 1000000 runs"},
};

INSTANTIATE_TEST_SUITE_P(bad, sweep_files, ::testing::ValuesIn(sweeps), sentence_of);

// "model.width=1 model.depth=2" for each point.
std::vector<std::string> points_of(const std::string& value) {
  const Document document = read(sweep(value));
  std::vector<std::string> points;
  for (const Assignment& assignment : document.assignments) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < assignment.size(); ++i) parts.push_back(document.factors[i] + "=" + assignment[i]);
    points.push_back(core::join(parts, " "));
  }
  return points;
}

using Points = std::vector<std::string>;

TEST(sweep, a_file_without_a_sweep_has_a_single_point) {
  const Document document = read(also("\"seeds\": 2"));
  EXPECT_TRUE(document.factors.empty());
  ASSERT_EQ(document.assignments.size(), 1u);
  EXPECT_EQ(document.points.size(), 1u);
}

TEST(sweep, an_object_is_the_product_with_the_last_factor_fastest) {
  EXPECT_EQ(points_of(R"({"model.width": [1, 2], "model.norm": ["none", "batch"]})"),
            (Points{"model.width=1 model.norm=\"none\"", "model.width=1 model.norm=\"batch\"",
                    "model.width=2 model.norm=\"none\"", "model.width=2 model.norm=\"batch\""}));
}

TEST(sweep, a_zip_pairs_values_and_multiplies_with_other_factors) {
  EXPECT_EQ(points_of(R"({"zip": {"model.width": [1, 2], "model.depth": [2, 2]}, "model.dropout": [0, 0.5]})"),
            (Points{"model.width=1 model.depth=2 model.dropout=0", "model.width=1 model.depth=2 model.dropout=0.5",
                    "model.width=2 model.depth=2 model.dropout=0", "model.width=2 model.depth=2 model.dropout=0.5"}));
}

TEST(sweep, a_list_is_a_union_whose_missing_factors_are_as_in_the_file) {
  EXPECT_EQ(
      points_of(R"([{"model.width": [1]}, {"model.depth": [5]}, {"model.norm": ["batch"]}, {}])"),
      (Points{"model.width=1 model.depth=2 model.norm=null", "model.width=8 model.depth=5 model.norm=null",
              "model.width=8 model.depth=2 model.norm=\"batch\"", "model.width=8 model.depth=2 model.norm=null"}));
}

TEST(sweep, a_missing_factor_given_by_a_shorthand_is_as_in_the_file) {
  const Document document = read(R"({"model": {"hidden": [8], "norm": "layer"}, "train": {"epochs": 1},
                                     "sweep": [{"model.norm.kind": ["batch"]}, {"model.dropout": [0.5]}]})");
  EXPECT_EQ(document.assignments[1][0], "\"layer\"");
  EXPECT_EQ(document.points[1].model.norm.kind, NormKind::layer);
}

TEST(sweep, ranges_and_logspaces_become_values) {
  EXPECT_EQ(points_of(R"({"model.width": {"range": [2, 10, 4]}})"),
            (Points{"model.width=2", "model.width=6", "model.width=10"}));
  EXPECT_EQ(points_of(R"({"model.width": {"logspace": [1, 1000, 4]}})"),
            (Points{"model.width=1", "model.width=10", "model.width=100", "model.width=1000"}));
}

TEST(sweep, points_are_typed_experiments) {
  const Document document = read(sweep(R"({"model.norm": [{"kind": "batch", "epsilon": 0.1}, null]})"));
  EXPECT_EQ(document.points[0].model.norm.kind, NormKind::batch);
  EXPECT_EQ(document.points[0].model.norm.epsilon, 0.1);
  EXPECT_EQ(document.points[1].model.norm.kind, NormKind::none);
  EXPECT_EQ(document.points[1].model.norm.epsilon, 1e-5);
}

TEST(sweep, a_value_of_a_section_replaces_the_whole_section) {
  const Document document = read(R"({"model": {"hidden": [8], "norm": {"kind": "batch", "epsilon": 0.1}},
                                     "train": {"epochs": 1}, "sweep": {"model.norm": ["batch", {"kind": "layer"}]}})");
  EXPECT_EQ(document.points[0].model.norm.epsilon, 1e-5);
  EXPECT_EQ(document.points[1].model.norm.kind, NormKind::layer);
}

TEST(sweep, null_means_the_default) {
  const Document document = read(R"({"model": {"width": 4, "depth": 1}, "train": {"epochs": 1}, "sweep":
    {"zip": {"model.width": [4, null], "model.depth": [1, null], "model.hidden": [null, [3, 2]]}}})");
  EXPECT_EQ(hidden_widths(document.points[0].model), std::vector<std::int64_t>{4});
  EXPECT_EQ(hidden_widths(document.points[1].model), (std::vector<std::int64_t>{3, 2}));
}

TEST(sweep, a_list_may_be_a_value) {
  const Document document = read(R"({"model": {}, "train": {"epochs": 1}, "sweep": {"model.hidden": [[], [3, 2]]}})");
  EXPECT_TRUE(hidden_widths(document.points[0].model).empty());
  EXPECT_EQ(hidden_widths(document.points[1].model), (std::vector<std::int64_t>{3, 2}));
}

TEST(sweep, a_problem_of_many_points_is_reported_once) {
  EXPECT_EQ(
      problems_of(sweep(R"({"model.width": [1, 2, 3], "train.steps": [5, 6]})")),
      "x.json:1:76: train.epochs: has no effect together with train.steps; set only one of them (null removes a key)");
}

TEST(sweep, ten_thousand_points_are_read) {
  EXPECT_EQ(
      read(sweep(R"({"model.width": {"range": [1, 100, 1]}, "model.depth": {"range": [1, 100, 1]}})")).points.size(),
      10000u);
}

}  // namespace
}  // namespace descent::config
