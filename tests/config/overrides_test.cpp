#include "config/source.h"

#include <gtest/gtest.h>

#include "config/files.h"

namespace descent::config {
namespace {

const std::string base_file =
    R"({"seeds": 2, "data": "mnist1d", "model": {"width": 8, "depth": 2, "norm": "batch"},
                             "train": {"epochs": 1}, "sweep": {"model.width": [1, 2], "model.dropout": [0, 0.5]}})";

Overrides set(std::vector<std::string> texts) { return {.set = std::move(texts)}; }
Overrides vary(std::vector<std::string> texts) { return {.sweep = std::move(texts)}; }

TEST(overrides, set_changes_a_value) {
  EXPECT_EQ(read(base_file, set({"train.epochs=7"})).base.train.epochs, 7);
  EXPECT_EQ(read(base_file, set({"model.activation=tanh"})).base.model.activation, Activation::tanh);
}

TEST(overrides, set_takes_json) {
  const Document document =
      read(base_file, set({"sweep=null", "model.width=null", "model.depth=null", "model.hidden=[3, 4]"}));
  EXPECT_EQ(document.base.model.hidden, (std::vector<std::int64_t>{3, 4}));
}

TEST(overrides, set_takes_lists_without_brackets) {
  EXPECT_EQ(
      read(base_file, set({"sweep=null", "model.width=null", "model.depth=null", "hidden=3,4"})).base.model.hidden,
      (std::vector<std::int64_t>{3, 4}));
  EXPECT_EQ(read(base_file, set({"probes=activation_mean,activation_variance"})).base.probes.names.size(), 2);
  EXPECT_EQ(problems_of(sweep(R"({"model.norm": ["none"]})"), set({"ignore=id"})),
            "command line: data.ignore: has no effect without the data \"csv\"");
}

TEST(overrides, set_creates_sections) {
  EXPECT_EQ(read(base_file, set({"train.early_stopping.monitor=train_loss"})).base.train.early_stopping.monitor,
            Monitor::train_loss);
}

TEST(overrides, set_inside_a_section_keeps_the_value_of_its_shorthand) {
  const Experiment e = read(base_file, set({"model.norm.momentum=0.5", "data.val_size=100"})).base;
  EXPECT_EQ(e.model.norm.kind, NormKind::batch);
  EXPECT_EQ(e.model.norm.momentum, 0.5);
  EXPECT_EQ(e.data.name, DataName::mnist1d);
}

TEST(overrides, null_removes_a_key) {
  const Experiment e = read(base_file, set({"train.epochs=null", "train.steps=5"})).base;
  EXPECT_EQ(e.train.epochs, std::nullopt);
  EXPECT_EQ(e.train.steps, 5);
}

TEST(overrides, what_is_set_is_no_longer_swept) {
  const Document document = read(base_file, set({"model.width=32"}));
  EXPECT_EQ(document.factors, std::vector<std::string>{"model.dropout"});
  EXPECT_EQ(document.points[0].model.width, 32);
}

TEST(overrides, set_refuses_a_key_that_the_sweep_overrides) {
  EXPECT_EQ(problems_of(sweep(R"({"model.norm": ["none", "batch"]})"), set({"model.norm.momentum=0.5"})),
            "command line: --set: model.norm.momentum has no effect: the sweep varies model.norm");
  EXPECT_EQ(problems_of(sweep(R"({"zip": {"model.width": [1], "model.depth": [2]}})"), set({"model.width=5"})),
            "command line: --set: model.width has no effect: the sweep varies model.width");
}

TEST(overrides, set_removes_the_whole_sweep) { EXPECT_TRUE(read(base_file, set({"sweep=null"})).factors.empty()); }

TEST(overrides, set_needs_a_key_that_exists) {
  EXPECT_EQ(problems_of(base_file, set({"model.widht=3"})),
            "command line: --set: unknown key \"model.widht\"; did you mean \"model.width\"?");
}

TEST(overrides, set_needs_an_equals_sign) {
  EXPECT_EQ(problems_of(base_file, set({"model.width"})),
            "command line: --set: expected KEY=VALUE, got \"model.width\"");
}

TEST(overrides, a_bad_value_is_located_on_the_command_line) {
  EXPECT_EQ(problems_of(base_file, set({"train.epochs=many"})),
            "command line: train.epochs: expected an integer, got \"many\"");
}

TEST(overrides, sweep_replaces_the_values_of_a_factor) {
  const Document document = read(base_file, vary({"model.width=4,8,16"}));
  EXPECT_EQ(document.factors, (std::vector<std::string>{"model.width", "model.dropout"}));
  EXPECT_EQ(document.points.size(), 6u);
}

TEST(overrides, sweep_adds_a_factor) {
  const Document document = read(base_file, vary({"model.norm=none,{\"kind\":\"batch\",\"epsilon\":0.1}"}));
  EXPECT_EQ(document.points.size(), 8u);
  EXPECT_EQ(document.points[1].model.norm.epsilon, 0.1);
}

TEST(overrides, sweep_takes_lists_and_ranges) {
  EXPECT_EQ(read(model("\"hidden\": []"), vary({"model.hidden=[4,4],[8]"})).points[1].model.hidden,
            std::vector<std::int64_t>{8});
  EXPECT_EQ(read(model("\"depth\": 1, \"width\": 1"), vary({"model.width={\"range\":[1,9,2]}"})).points.size(), 5u);
}

TEST(overrides, sweep_adds_to_every_branch_of_a_union) {
  const std::string both = sweep(R"([{"model.width": [1, 2]}, {"model.depth": [3]}])");
  EXPECT_EQ(read(both, vary({"model.dropout=0,0.5"})).points.size(), 6u);
}

TEST(overrides, sweep_needs_a_path_that_exists) {
  EXPECT_EQ(problems_of(base_file, vary({"model.widht=3"})),
            "command line: sweep: unknown key \"model.widht\"; did you mean \"model.width\"?");
  EXPECT_EQ(problems_of(base_file, vary({"model.width"})),
            "command line: --sweep: expected KEY=VALUE, got \"model.width\"");
}

TEST(overrides, wrong_sweep_values_are_reported) {
  EXPECT_EQ(problems_of(base_file, vary({"model.width=4,"})),
            "command line: sweep model.width: expected an integer, got \"\"");
}

TEST(overrides, seeds_are_a_count_or_a_list) {
  const auto seeds = [](std::string text) { return read(base_file, {.seeds = text}).base.seeds; };
  EXPECT_EQ(seeds("3"), (std::vector<std::int64_t>{0, 1, 2}));
  EXPECT_EQ(seeds("4,7"), (std::vector<std::int64_t>{4, 7}));
  EXPECT_EQ(seeds("[5]"), std::vector<std::int64_t>{5});
}

TEST(overrides, bad_seeds_are_located_on_the_command_line) {
  EXPECT_EQ(problems_of(base_file, {.seeds = "some"}),
            "command line: seeds: expected a count or a list of integers, got \"some\"");
}

}  // namespace
}  // namespace descent::config
