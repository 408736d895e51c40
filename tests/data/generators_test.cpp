#include "data/generators.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "config/data_facts.h"

namespace {

using namespace descent;
using namespace descent::data;
using config::DataName;
using config::Redraw;

config::Data data_of(DataName name, Redraw redraw = Redraw::train) {
  config::Data data;
  data.name = name;
  data.generator.redraw = redraw;
  return data;
}

std::vector<config::Data> all_generated() {
  std::vector<config::Data> all;
  for (const config::Choice& choice : config::choices_of(DataName{}).table)
    if (const auto name = static_cast<DataName>(choice.value); config::is_generated(name))
      all.push_back(data_of(name));
  return all;
}

double sd(const std::vector<double>& values) {
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  const double mean = sum / static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size()));
}

TEST(generators, draw_the_sizes_that_the_facts_state) {
  for (config::Data data : all_generated()) {
    data.train_size = 30;
    data.val_size = 12;
    data.test_size = 50;
    const config::DataFacts facts = config::data_facts(data);
    const DataSet set = generate(data, 1);
    for (const auto& [part, size] : {std::pair{&set.train, 42}, std::pair{&set.test, 50}}) {
      EXPECT_EQ(std::ssize(part->x), size * facts.shape.features()) << config::name_of(data.name);
      EXPECT_EQ(std::ssize(part->y), facts.classes > 0 ? size : 0) << config::name_of(data.name);
      EXPECT_EQ(std::ssize(part->targets), facts.classes > 0 ? 0 : size * facts.outputs)
          << config::name_of(data.name);
    }
  }
}

TEST(generators, a_longer_part_begins_like_a_shorter_one) {
  for (config::Data data : all_generated()) {
    data.train_size = 40;
    const DataSet shorter = generate(data, 1);
    data.train_size = 60;
    DataSet longer = generate(data, 1);
    longer.train.x.resize(shorter.train.x.size());
    longer.train.y.resize(shorter.train.y.size());
    longer.train.targets.resize(shorter.train.targets.size());
    EXPECT_EQ(longer.train.x, shorter.train.x) << config::name_of(data.name);
    EXPECT_EQ(longer.train.y, shorter.train.y) << config::name_of(data.name);
    EXPECT_EQ(longer.train.targets, shorter.train.targets) << config::name_of(data.name);
  }
}

TEST(generators, redraw_says_what_a_seed_draws_anew) {
  for (config::Data data : all_generated()) {
    const auto changes = [&](Redraw redraw) {
      data.generator.redraw = redraw;
      const DataSet zero = generate(data, 0), one = generate(data, 1);
      return std::pair{zero.train.x != one.train.x, zero.test.x != one.test.x};
    };
    EXPECT_EQ(changes(Redraw::all), std::pair(true, true)) << config::name_of(data.name);
    EXPECT_EQ(changes(Redraw::train), std::pair(true, false)) << config::name_of(data.name);
    EXPECT_EQ(changes(Redraw::none), std::pair(false, false)) << config::name_of(data.name);
  }
}

TEST(generators, a_share_to_validate_leaves_the_training_size) {
  config::Data data = data_of(DataName::sinusoid);
  data.train_size = 25;
  data.val_fraction = 0.2;
  const config::SplitSizes sizes = config::split_sizes(data);
  EXPECT_EQ(sizes.train, 25);
  EXPECT_EQ(sizes.val, 6);
  EXPECT_EQ(config::data_facts(data).train_size, 31);
}

TEST(generators, a_sinusoid_has_uniform_inputs_and_normal_noise_on_the_training_targets) {
  config::Data data = data_of(DataName::sinusoid);
  data.train_size = 20000;
  const DataSet set = generate(data, 0);
  EXPECT_NEAR(sd(set.train.x), 1 / std::sqrt(12.0), 0.003);
  const auto residuals = [](const Examples& part) {
    std::vector<double> rest;
    for (std::size_t i = 0; i < part.x.size(); ++i)
      rest.push_back(part.targets[i] - std::sin(2 * std::numbers::pi * part.x[i]));
    return rest;
  };
  EXPECT_NEAR(sd(residuals(set.train)), 0.3, 0.005);
  EXPECT_EQ(sd(residuals(set.test)), 0);
  data.generator.noise_on_test = true;
  EXPECT_NEAR(sd(residuals(generate(data, 0).test)), 0.3, 0.03);
}

}  // namespace
