#include "data/prepare.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numeric>
#include <set>

namespace {

using namespace descent;
using namespace descent::data;
using testing::Each;
using testing::ElementsAre;

// 4000 labels like a pool of mnist1d, of unequal classes.
std::vector<std::int32_t> pool_labels() {
  std::vector<std::int32_t> labels(4000);
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::int32_t>(i * i % 13 % 10);
  return labels;
}

Parts parts_of(const config::Data& config, std::int64_t seed = 0) {
  return choose_parts(config, pool_labels(), 10, seed);
}

config::Data sizes(std::int64_t train, std::int64_t val, std::int64_t test) {
  config::Data config;
  config.train_size = train;
  if (val) config.val_size = val;
  config.test_size = test;
  return config;
}

std::vector<std::int32_t> range(std::int32_t begin, std::int32_t end) {
  std::vector<std::int32_t> numbers(static_cast<std::size_t>(end - begin));
  std::iota(numbers.begin(), numbers.end(), begin);
  return numbers;
}

TEST(prepare, first_without_validation_is_a_prefix_of_the_pool) {
  const Parts parts = parts_of(sizes(1500, 0, 700));
  EXPECT_EQ(parts.train, range(0, 1500));
  EXPECT_TRUE(parts.val.empty());
  EXPECT_EQ(parts.test, range(0, 700));  // of the official test part
}

TEST(prepare, rest_takes_the_test_part_from_the_examples_after_training) {
  config::Data config = sizes(1500, 0, 700);
  config.test_from = config::TestFrom::rest;
  EXPECT_EQ(parts_of(config).test, range(1500, 2200));
}

TEST(prepare, parts_of_one_pool_never_share_an_example) {
  for (const auto subset : {config::Subset::first, config::Subset::random, config::Subset::stratified}) {
    config::Data config = sizes(2000, 500, 1500);
    config.subset = subset;
    config.test_from = config::TestFrom::rest;
    const Parts parts = parts_of(config, 3);
    std::set<std::int32_t> seen;
    for (const auto* part : {&parts.train, &parts.val, &parts.test}) seen.insert(part->begin(), part->end());
    EXPECT_EQ(seen.size(), 4000u);
  }
}

TEST(prepare, random_subsets_depend_on_the_seed_alone) {
  config::Data config = sizes(1000, 0, 100);
  config.subset = config::Subset::random;
  EXPECT_EQ(parts_of(config, 1).train, parts_of(config, 1).train);
  EXPECT_NE(parts_of(config, 1).train, parts_of(config, 2).train);
}

TEST(prepare, a_larger_random_subset_begins_with_the_smaller_one) {
  config::Data config = sizes(1000, 0, 100);
  config.subset = config::Subset::random;
  auto larger = parts_of(config, 5).train;
  config.train_size = 600;
  larger.resize(600);
  EXPECT_EQ(parts_of(config, 5).train, larger);
}

TEST(prepare, validation_holds_each_class_in_proportion) {
  const auto labels = pool_labels();
  const Parts parts = parts_of(sizes(3000, 333, 100), 7);
  ASSERT_EQ(parts.val.size(), 333u);
  for (std::int32_t label = 0; label < 10; ++label) {
    const double expected = 333.0 * static_cast<double>(std::ranges::count(labels, label)) / 4000;
    const auto found = std::ranges::count_if(parts.val, [&](std::int32_t i) { return labels[i] == label; });
    EXPECT_LT(std::abs(static_cast<double>(found) - expected), 1) << "class " << label;
  }
}

TEST(prepare, validation_differs_between_seeds_even_for_the_first_subset) {
  const config::Data config = sizes(3000, 300, 100);
  EXPECT_NE(parts_of(config, 1).val, parts_of(config, 2).val);
  EXPECT_EQ(parts_of(config, 1).val, parts_of(config, 1).val);
}

TEST(prepare, training_takes_the_first_examples_that_are_not_for_validation) {
  const Parts parts = parts_of(sizes(1000, 400, 100), 1);
  const std::set<std::int32_t> val(parts.val.begin(), parts.val.end());
  std::vector<std::int32_t> expected;
  for (std::int32_t i = 0; expected.size() < 1000; ++i)
    if (!val.contains(i)) expected.push_back(i);
  EXPECT_EQ(parts.train, expected);
}

TEST(prepare, a_data_set_without_official_test_part_tests_on_its_rest) {
  config::Data config = sizes(1000, 0, 500);
  config.name = config::DataName::digits;
  config.subset = config::Subset::first;
  EXPECT_EQ(parts_of(config).test, range(1000, 1500));
}

TEST(prepare, a_stratified_split_holds_each_class_within_one_example_of_its_proportion) {
  std::vector<std::int32_t> labels(1797);  // of digits, sorted by class, of unequal sizes
  for (std::size_t i = 0; i < labels.size(); ++i)
    labels[i] = static_cast<std::int32_t>(10 * std::sqrt(static_cast<double>(i) / 1797.0));
  config::Data config{.name = config::DataName::digits, .val_size = 100};
  for (const std::int64_t seed : {0, 1, 2}) {
    const Parts parts = choose_parts(config, labels, 10, seed);
    std::vector<double> left(10);  // of each class, before a part is taken
    for (const std::int32_t label : labels) ++left[label];
    double pool = 1797;
    const std::vector<std::pair<const std::vector<std::int32_t>*, std::size_t>> in_order{
        {&parts.test, 359}, {&parts.val, 100}, {&parts.train, 1338}};
    for (const auto& [part, size] : in_order) {
      ASSERT_EQ(part->size(), size);
      std::vector<double> found(10);
      for (const std::int32_t example : *part) ++found[labels[example]];
      for (std::size_t i = 0; i < 10; ++i) {
        EXPECT_LT(std::abs(found[i] - left[i] * static_cast<double>(size) / pool), 1) << "class " << i;
        left[i] -= found[i];
      }
      pool -= static_cast<double>(size);
    }
  }
}

TEST(prepare, the_test_examples_of_a_stratified_split_do_not_depend_on_the_size_of_training) {
  config::Data config = sizes(1000, 0, 300);
  config.name = config::DataName::digits;
  const auto labels = pool_labels();
  const std::vector<std::int32_t> test = choose_parts(config, labels, 10, 1).test;
  config.train_size = 200;
  EXPECT_EQ(choose_parts(config, labels, 10, 1).test, test);
  EXPECT_NE(choose_parts(config, labels, 10, 2).test, test);
  config.split_seed = 1;
  EXPECT_EQ(choose_parts(config, labels, 10, 2).test, test);
}

TEST(prepare, shares_round_by_the_largest_remainder_and_ties_go_to_the_lower_index) {
  EXPECT_THAT(proportional_shares(std::vector<std::int64_t>{50, 30, 20}, 5), ElementsAre(3, 1, 1));
  EXPECT_THAT(proportional_shares(std::vector<std::int64_t>{1, 1, 1}, 2), ElementsAre(1, 1, 0));
  EXPECT_THAT(proportional_shares(std::vector<std::int64_t>{7, 0, 3}, 10), ElementsAre(7, 0, 3));
}

TEST(prepare, standard_scaling_uses_the_population_variance) {
  const std::vector<double> x{1, 10, 3, 10, 5, 40, 7, 40};  // two features
  const formats::Scaling scaling = fit_scaling(config::Normalize::standard, x, 2);
  EXPECT_THAT(scaling.shift, ElementsAre(4, 25));
  EXPECT_THAT(scaling.scale, ElementsAre(testing::DoubleEq(1 / std::sqrt(5.0)), testing::DoubleEq(1 / 15.0)));
}

TEST(prepare, minmax_scaling_maps_onto_0_to_1) {
  const formats::Scaling scaling = fit_scaling(config::Normalize::minmax, std::vector<double>{2, 6, 4}, 1);
  EXPECT_THAT(scaling.shift, ElementsAre(2));
  EXPECT_THAT(scaling.scale, ElementsAre(0.25));
}

TEST(prepare, a_constant_feature_becomes_0_despite_rounding_errors_of_its_variance) {
  for (const auto kind : {config::Normalize::standard, config::Normalize::minmax})
    EXPECT_THAT(fit_scaling(kind, std::vector<double>(1000, 0.1f), 1).scale, ElementsAre(0));
}

TEST(prepare, channel_scaling_uses_all_positions_of_a_channel) {
  const std::vector<double> x{1, 3, 10, 10, 5, 7, 30, 30};  // two channels of two positions
  const formats::Scaling scaling = fit_scaling(config::Normalize::channel, x, 4, 2);
  EXPECT_THAT(scaling.shift, ElementsAre(4, 4, 20, 20));
  EXPECT_THAT(scaling.scale, ElementsAre(1 / std::sqrt(5.0), 1 / std::sqrt(5.0), 0.1, 0.1));
}

TEST(prepare, a_bootstrap_sample_has_the_size_of_the_part_and_leaves_out_one_example_in_e) {
  const auto drawn = bootstrap_sample(10000, 1);
  ASSERT_EQ(drawn.size(), 10000u);
  const std::set<std::int32_t> distinct(drawn.begin(), drawn.end());
  EXPECT_LE(0, *distinct.begin());
  EXPECT_LT(*distinct.rbegin(), 10000);
  EXPECT_NEAR(static_cast<double>(distinct.size()) / 10000, 1 - std::exp(-1), 0.01);
  EXPECT_NE(drawn, bootstrap_sample(10000, 2));
}

TEST(prepare, the_feature_permutation_is_a_permutation_other_than_the_identity) {
  auto order = feature_permutation(40);
  EXPECT_NE(order, range(0, 40));
  std::ranges::sort(order);
  EXPECT_EQ(order, range(0, 40));
}

std::vector<std::int32_t> noisy(config::LabelNoise noise, std::size_t size, config::Split part = config::Split::train,
                                std::int64_t seed = 0) {
  std::vector<std::int32_t> labels(size, 4);
  add_label_noise(noise, part, 10, seed, labels);
  return labels;
}

double changed(const std::vector<std::int32_t>& labels) {
  return 1 - static_cast<double>(std::ranges::count(labels, 4)) / static_cast<double>(labels.size());
}

TEST(prepare, noise_of_kind_other_changes_labels_at_the_full_rate) {
  EXPECT_NEAR(changed(noisy({0.15, config::NoiseKind::other, false}, 200000)), 0.15, 0.003);
  EXPECT_EQ(changed(noisy({1, config::NoiseKind::other, false}, 1000)), 1);
}

TEST(prepare, noise_of_kind_uniform_changes_nine_tenths_of_the_rate) {
  EXPECT_NEAR(changed(noisy({0.15, config::NoiseKind::uniform, false}, 200000)), 0.135, 0.003);
}

TEST(prepare, every_allowed_class_is_equally_likely) {
  for (const auto kind : {config::NoiseKind::other, config::NoiseKind::uniform}) {
    const auto labels = noisy({1, kind, false}, 180000);
    const bool other = kind == config::NoiseKind::other;
    for (std::int32_t label = 0; label < 10; ++label) {
      const double expected = label == 4 && other ? 0 : 180000 / (other ? 9.0 : 10.0);
      EXPECT_NEAR(static_cast<double>(std::ranges::count(labels, label)), expected, 5 * std::sqrt(expected));
    }
  }
}

TEST(prepare, validation_labels_are_noisy_by_default) {
  std::vector<std::int32_t> labels(1000, 3);
  const std::vector<std::int32_t> clean = labels;
  config::LabelNoise noise{.rate = 0.5};
  noise.on_val = false;
  add_label_noise(noise, config::Split::val, 10, 0, labels);
  EXPECT_EQ(labels, clean);
  noise.on_val = true;
  add_label_noise(noise, config::Split::val, 10, 0, labels);
  EXPECT_NE(labels, clean);
}

TEST(prepare, test_labels_are_clean_by_default) {
  EXPECT_THAT(noisy({0.5, config::NoiseKind::other, false}, 1000, config::Split::test), Each(4));
  EXPECT_NEAR(changed(noisy({.rate = 0.5, .on_test = true}, 10000, config::Split::test)), 0.5, 0.03);
}

TEST(prepare, noise_does_not_depend_on_the_size_of_the_part) {
  const config::LabelNoise noise{0.3, config::NoiseKind::other, false};
  auto longer = noisy(noise, 2000);
  longer.resize(500);
  EXPECT_EQ(noisy(noise, 500), longer);
}

TEST(prepare, a_higher_rate_changes_a_superset_to_the_same_classes) {
  const auto low = noisy({0.1, config::NoiseKind::other, false}, 5000);
  const auto high = noisy({0.4, config::NoiseKind::other, false}, 5000);
  for (std::size_t i = 0; i < low.size(); ++i) EXPECT_TRUE(low[i] == 4 || high[i] == low[i]);
}

TEST(prepare, noise_differs_between_parts_and_seeds) {
  const config::LabelNoise noise{0.3, config::NoiseKind::other, false};
  EXPECT_NE(noisy(noise, 1000, config::Split::train), noisy(noise, 1000, config::Split::val));
  EXPECT_NE(noisy(noise, 1000, config::Split::train, 0), noisy(noise, 1000, config::Split::train, 1));
}

}  // namespace
