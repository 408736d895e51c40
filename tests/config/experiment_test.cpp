#include "config/experiment.h"

#include <gtest/gtest.h>

namespace descent::config {
namespace {

void expect_sizes(const Data& data, std::int64_t train, std::int64_t val, std::int64_t test) {
  const SplitSizes sizes = split_sizes(data);
  EXPECT_EQ(sizes.train, train);
  EXPECT_EQ(sizes.val, val);
  EXPECT_EQ(sizes.test, test);
}

TEST(experiment, by_default_the_official_splits_are_used_completely) { expect_sizes({}, 4000, 0, 1000); }

TEST(experiment, validation_examples_come_from_the_training_set) {
  expect_sizes({.val_size = 500}, 3500, 500, 1000);
  expect_sizes({.val_fraction = 0.2}, 3200, 800, 1000);
  expect_sizes({.train_size = 1000, .val_fraction = 0.2}, 1000, 800, 1000);
}

TEST(experiment, the_rest_is_what_training_leaves) {
  const Data data{.name = DataName::mnist1d_large, .train_size = 4000, .test_from = TestFrom::rest};
  expect_sizes(data, 4000, 0, 6000);
}

TEST(experiment, a_rest_of_given_size_leaves_the_remainder_for_training) {
  expect_sizes({.test_size = 1000, .val_size = 500, .test_from = TestFrom::rest}, 2500, 500, 1000);
  expect_sizes({.train_size = 2000, .test_size = 1000, .test_from = TestFrom::rest}, 2000, 0, 1000);
}

TEST(experiment, digits_tests_on_the_rest_by_default) {
  expect_sizes({.name = DataName::digits, .test_size = 300}, 1497, 0, 300);
  EXPECT_TRUE(takes_test_from_pool({.name = DataName::digits}));
  EXPECT_FALSE(takes_test_from_pool({}));
}

TEST(experiment, data_without_a_test_set_test_on_a_fifth_or_the_given_fraction) {
  expect_sizes({.name = DataName::digits}, 1438, 0, 359);
  expect_sizes({.name = DataName::digits, .test_fraction = 0.5, .val_fraction = 0.1}, 718, 180, 899);
  expect_sizes({.name = DataName::digits, .train_size = 1000}, 1000, 0, 797);
  expect_sizes({.name = DataName::digits, .train_size = 1000, .test_fraction = 0.1}, 1000, 0, 180);
  expect_sizes({.test_fraction = 0.25, .test_from = TestFrom::rest}, 3000, 0, 1000);
}

TEST(experiment, only_data_without_a_test_set_are_shuffled_by_default) {
  EXPECT_EQ(chosen_subset({.name = DataName::digits}), Subset::stratified);
  EXPECT_EQ(chosen_subset({.name = DataName::digits, .subset = Subset::first}), Subset::first);
  EXPECT_EQ(chosen_subset({}), Subset::first);
  EXPECT_EQ(chosen_subset({.name = DataName::spirals}), Subset::first);
}

TEST(experiment, hidden_layers_are_listed_or_of_equal_width) {
  EXPECT_EQ(hidden_widths({.width = 8, .depth = 3}), (std::vector<std::int64_t>{8, 8, 8}));
  EXPECT_EQ(hidden_widths({.hidden = {4, 2}}), (std::vector<std::int64_t>{4, 2}));
  EXPECT_TRUE(hidden_widths({.width = 8, .depth = 0}).empty());
}

TEST(experiment, a_short_last_batch_is_a_step_unless_dropped) {
  EXPECT_EQ(steps_per_epoch({.batch_size = 100}, 450), 5);
  EXPECT_EQ(steps_per_epoch({.batch_size = 100, .drop_last = true}, 450), 4);
  EXPECT_EQ(steps_per_epoch({.batch_size = 0}, 450), 1);
  EXPECT_EQ(batch_size({}, 48), 48);  // the default, of fewer examples
}

TEST(experiment, the_length_of_training_is_in_steps_or_epochs) {
  EXPECT_EQ(total_steps({.batch_size = 100, .epochs = 3}, 450), 15);
  EXPECT_EQ(total_steps({.batch_size = 100, .steps = 7}, 450), 7);
}

}  // namespace
}  // namespace descent::config
