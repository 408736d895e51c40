#include "data/data.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <set>
#include <thread>

#include "core/error.h"
#include "core/files.h"
#include "formats/idx_files.h"
#include "formats/npy.h"

namespace {

using namespace descent;
using namespace descent::data;

config::Data data_named(config::DataName name) {
  config::Data data;
  data.name = name;
  if (name == config::DataName::digits) data.train_size = 1000, data.test_size = 797;
  return data;
}

// A file of experiments/data, read without the loader.
template <class T> std::vector<T> file(const std::string& name) {
  const std::string bytes = core::read_file(std::filesystem::path(DESCENT_SOURCE_DIR) / "experiments/data" / name);
  return formats::values<T>(formats::parse_npy(bytes, name));
}

TEST(data, mnist1d_has_its_official_split) {
  const RunData data = Loader().load(data_named(config::DataName::mnist1d), 0);
  EXPECT_EQ(data.features, 40);
  EXPECT_EQ(data.classes, 10);
  EXPECT_EQ(data.train.size, 4000);
  EXPECT_EQ(data.val.size, 0);
  EXPECT_EQ(data.test.size, 1000);
  EXPECT_EQ(*data.train.x, file<double>("mnist1d/x_train.npy"));
  EXPECT_EQ(data.train.y, file<std::int32_t>("mnist1d/y_train.npy"));
  EXPECT_EQ(*data.test.x, file<double>("mnist1d/x_test.npy"));
  EXPECT_EQ(data.test.y, file<std::int32_t>("mnist1d/y_test.npy"));
}

TEST(data, the_double_descent_data_are_the_first_and_the_next_4000_examples) {
  config::Data config = data_named(config::DataName::mnist1d_large);
  config.train_size = 4000;
  config.test_size = 4000;
  config.test_from = config::TestFrom::rest;
  const RunData data = Loader().load(config, 3);
  const auto x = file<double>("mnist1d_large/x_train.npy");
  const auto y = file<std::int32_t>("mnist1d_large/y_train.npy");
  EXPECT_EQ(*data.train.x, std::vector<double>(x.begin(), x.begin() + 4000 * 40));
  EXPECT_EQ(*data.test.x, std::vector<double>(x.begin() + 4000 * 40, x.begin() + 8000 * 40));
  EXPECT_EQ(data.test.y, std::vector<std::int32_t>(y.begin() + 4000, y.begin() + 8000));
}

TEST(data, pixels_of_fashion_mnist_are_from_0_to_1) {
  const formats::IdxFolder folder;
  config::Data data{.name = config::DataName::idx, .path = folder.path.string()};
  const auto facts = std::make_shared<config::DataFacts>(config::data_facts(data));
  const std::vector<double> bytes = *Loader().load(data, 0).train.x;
  data.name = config::DataName::fashion_mnist;
  data.recorded = facts;  // whose checksums are not those of Fashion-MNIST
  const std::vector<double> pixels = *Loader().load(data, 0).train.x;
  ASSERT_EQ(pixels.size(), bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) EXPECT_EQ(pixels[i], bytes[i] / 255);
}

TEST(data, digits_are_pixels_0_to_16_flattened_to_64) {
  const RunData data = Loader().load(data_named(config::DataName::digits), 0);
  EXPECT_EQ(data.features, 64);
  EXPECT_EQ(data.train.x->size(), 1000u * 64);
  EXPECT_EQ(data.test.size, 797);
  EXPECT_EQ(std::ranges::min(*data.train.x), 0);
  EXPECT_EQ(std::ranges::max(*data.train.x), 16);
}

TEST(data, the_training_part_has_mean_0_and_variance_1_after_standard_scaling) {
  config::Data config = data_named(config::DataName::digits);
  config.normalize = config::Normalize::standard;
  const RunData data = Loader().load(config, 0);
  for (std::size_t f = 0; f < 64; ++f) {
    double sum = 0, squares = 0;
    for (std::size_t i = f; i < data.train.x->size(); i += 64) {
      sum += (*data.train.x)[i];
      squares += (*data.train.x)[i] * (*data.train.x)[i];
    }
    const double variance = squares / 1000;
    EXPECT_NEAR(sum / 1000, 0, 1e-6);
    const bool always_black = variance == 0;  // the first pixel, for example
    EXPECT_NEAR(variance, always_black ? 0 : 1, 1e-5);
  }
}

TEST(data, scaling_does_not_depend_on_the_test_part) {
  config::Data config = data_named(config::DataName::mnist1d);
  config.normalize = config::Normalize::minmax;
  const RunData data = Loader().load(config, 0);
  EXPECT_EQ(std::ranges::max(*data.train.x), 1);
  EXPECT_GT(std::ranges::max(*data.test.x), 1);
  config.normalize = config::Normalize::none;
  const RunData raw = Loader().load(config, 0);
  for (std::size_t f = 0; f < 40; ++f)
    EXPECT_EQ(((*raw.test.x)[f] - data.scaling->shift[f]) * data.scaling->scale[f], (*data.test.x)[f]);
}

TEST(data, embedded_sets_are_read_from_the_folder_that_is_named) {
  EXPECT_THROW(Loader("/nowhere").load(data_named(config::DataName::digits), 0), core::FaultError);
}

TEST(data, shuffled_features_are_one_permutation_for_all_parts_and_seeds) {
  config::Data config = data_named(config::DataName::mnist1d);
  config.shuffle_features = true;
  Loader loader;
  const RunData shuffled = loader.load(config, 0), again = loader.load(config, 1);
  EXPECT_EQ(*shuffled.train.x, *again.train.x);
  const auto train = file<double>("mnist1d/x_train.npy"), test = file<double>("mnist1d/x_test.npy");
  for (std::size_t f = 0; f < 40; ++f) {
    const auto source = std::find(train.begin(), train.begin() + 40, (*shuffled.train.x)[f]) - train.begin();
    EXPECT_EQ((*shuffled.train.x)[40 + f], train[40 + source]);
    EXPECT_EQ((*shuffled.test.x)[f], test[source]);
  }
}

TEST(data, every_example_can_be_shuffled_differently_and_equally_for_all_seeds_and_sizes) {
  config::Data config = data_named(config::DataName::mnist1d);
  config.shuffle_each_example = true;
  Loader loader;
  const RunData shuffled = loader.load(config, 0), again = loader.load(config, 1);
  EXPECT_EQ(*shuffled.train.x, *again.train.x);
  config.train_size = 2;
  EXPECT_TRUE(std::ranges::equal(*loader.load(config, 0).train.x, std::span(*shuffled.train.x).first(80)));
  const auto train = file<double>("mnist1d/x_train.npy");
  const auto order_of = [&](std::ptrdiff_t example) {
    std::vector<std::ptrdiff_t> order;
    const auto row = train.begin() + 40 * example;
    for (std::ptrdiff_t f = 0; f < 40; ++f)
      order.push_back(std::find(row, row + 40, (*shuffled.train.x)[static_cast<std::size_t>(40 * example + f)]) - row);
    return order;
  };
  for (const std::ptrdiff_t example : {0, 1}) {
    auto order = order_of(example);
    std::ranges::sort(order);
    for (std::ptrdiff_t f = 0; f < 40; ++f) EXPECT_EQ(order[static_cast<std::size_t>(f)], f);
  }
  EXPECT_NE(order_of(0), order_of(1));
}

TEST(data, noise_changes_training_and_validation_labels_but_not_test_labels) {
  config::Data config = data_named(config::DataName::mnist1d);
  config.val_size = 1000;
  Loader loader;
  const RunData clean = loader.load(config, 2);
  config.label_noise.rate = 0.2;
  const RunData noisy = loader.load(config, 2);
  const auto changed = [](const Part& a, const Part& b) {
    int count = 0;
    for (std::size_t i = 0; i < a.y.size(); ++i) count += a.y[i] != b.y[i];
    return static_cast<double>(count) / static_cast<double>(a.size);
  };
  EXPECT_NEAR(changed(clean.train, noisy.train), 0.2, 0.03);
  EXPECT_NEAR(changed(clean.val, noisy.val), 0.2, 0.05);
  EXPECT_EQ(changed(clean.test, noisy.test), 0);
}

TEST(data, runs_that_see_the_same_inputs_share_them) {
  config::Data config = data_named(config::DataName::mnist1d);
  Loader loader;
  const RunData first = loader.load(config, 0);
  config.label_noise.rate = 0.5;
  EXPECT_EQ(loader.load(config, 1).train.x, first.train.x);
  config.subset = config::Subset::random;
  EXPECT_NE(loader.load(config, 1).train.x, first.train.x);
}

TEST(data, runs_with_different_seeds_have_different_inputs) {
  config::Data config = data_named(config::DataName::mnist1d);
  config.subset = config::Subset::random;
  config.train_size = 500;
  Loader loader;
  const RunData zero = loader.load(config, 0), one = loader.load(config, 1);
  EXPECT_NE(*zero.train.x, *one.train.x);
  EXPECT_EQ(*Loader().load(config, 0).train.x, *zero.train.x);
}

TEST(data, a_file_that_changed_after_its_checksum_was_computed_is_refused) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "changed.csv";
  const std::string before = "x,label\n1,a\n2,b\n3,a\n4,b\n";
  core::write_file_atomically(path, before);
  config::Data data = data_named(config::DataName::csv);
  data.path = path.string();
  data.train_size = 2;
  data.test_size = 2;
  config::checksum(path);  // as the plan does
  core::write_file_atomically(path, "x,label\n1,b\n2,a\n3,b\n4,a\n");
  EXPECT_THROW(Loader().load(data, 0), core::FaultError);
  core::write_file_atomically(path, before);
  EXPECT_EQ(Loader().load(data, 0).train.size, 2);
}

TEST(data, a_missing_value_becomes_the_mean_of_the_training_examples) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "gaps.csv";
  core::write_file_atomically(path, "a,b,y\n1,1,u\n,2,v\n3,3,u\n8,4,v\n,5,u\n");
  config::Data data{.name = config::DataName::csv,
                    .path = path.string(),
                    .missing = config::Missing::mean,
                    .train_size = 3,
                    .subset = config::Subset::first};
  const RunData read = Loader().load(data, 0);
  EXPECT_EQ(*read.train.x, (std::vector<double>{1, 1, 2, 2, 3, 3}));
  EXPECT_EQ(*read.test.x, (std::vector<double>{8, 4, 2, 5}));
}

TEST(data, real_targets_stay_with_their_inputs_in_every_part) {
  config::Data config = data_named(config::DataName::sinusoid);
  config.val_size = 10;
  config.generator.noise = 0;
  const RunData data = Loader().load(config, 3);
  EXPECT_EQ(data.classes, 0);
  EXPECT_EQ(data.outputs, 1);
  EXPECT_EQ(data.train.size, 25);
  EXPECT_EQ(data.val.size, 10);
  EXPECT_EQ(data.test.size, 1000);
  for (const Part* part : {&data.train, &data.val, &data.test}) {
    EXPECT_TRUE(part->y.empty());
    ASSERT_EQ(std::ssize(part->targets), part->size);
    for (std::size_t i = 0; i < part->targets.size(); ++i)
      EXPECT_DOUBLE_EQ(part->targets[i], std::sin(2 * std::numbers::pi * (*part->x)[i]));
  }
}

TEST(data, a_bootstrap_sample_repeats_examples_with_their_labels) {
  config::Data config = data_named(config::DataName::mnist1d);
  config.label_noise.rate = 0.5;
  Loader loader;
  const RunData whole = loader.load(config, 1);
  config.bootstrap = true;
  const RunData sample = loader.load(config, 1);
  EXPECT_EQ(sample.train.size, whole.train.size);
  EXPECT_EQ(*sample.test.x, *whole.test.x);
  std::map<std::vector<double>, std::int32_t> labels;
  const auto row = [](const Part& part, std::int64_t i) {
    return std::vector<double>(part.x->begin() + i * 40, part.x->begin() + (i + 1) * 40);
  };
  for (std::int64_t i = 0; i < whole.train.size; ++i) labels[row(whole.train, i)] = whole.train.y[i];
  std::set<std::vector<double>> drawn;
  for (std::int64_t i = 0; i < sample.train.size; ++i) {
    drawn.insert(row(sample.train, i));
    ASSERT_EQ(sample.train.y[i], labels.at(row(sample.train, i)));
  }
  EXPECT_NEAR(static_cast<double>(drawn.size()) / 4000, 1 - std::exp(-1), 0.02);
}

TEST(data, distorted_features_are_shifted_and_scaled_equally_in_all_parts) {
  config::Data config = data_named(config::DataName::mnist1d);
  Loader loader;
  const RunData plain = loader.load(config, 0);
  config.distortion = {.decades = 1, .offset = 5};
  const RunData bad = loader.load(config, 1);
  double smallest = 1e9, largest = 0;
  for (std::size_t f = 0; f < 40; ++f) {
    const auto at = [&](const Part& part, std::size_t i) { return (*part.x)[i * 40 + f]; };
    const double scale = (at(bad.train, 1) - at(bad.train, 0)) / (at(plain.train, 1) - at(plain.train, 0));
    const double offset = at(bad.train, 0) / scale - at(plain.train, 0);
    EXPECT_NEAR(at(bad.test, 7), (at(plain.test, 7) + offset) * scale, 1e-9 * std::abs(scale) * 100);
    smallest = std::min(smallest, scale);
    largest = std::max(largest, scale);
  }
  EXPECT_GE(smallest, 0.1);
  EXPECT_LE(largest, 10);
  EXPECT_GT(largest / smallest, 20);
}

TEST(data, several_threads_may_load_at_the_same_time) {
  config::Data config = data_named(config::DataName::mnist1d);
  config.subset = config::Subset::random;
  Loader loader;
  std::vector<RunData> loaded(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < loaded.size(); ++i)
    threads.emplace_back([&, i] { loaded[i] = loader.load(config, static_cast<std::int64_t>(i % 2)); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(*loaded[0].train.x, *loaded[2].train.x);
  EXPECT_EQ(loaded[1].train.y, loaded[3].train.y);
}

}  // namespace
