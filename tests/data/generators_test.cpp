#include "data/data.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "config/data_facts.h"

namespace {

using namespace descent;
using namespace descent::data;
using config::DataName;
using config::Redraw;
using formats::DataSet;
using formats::Examples;

config::Data data_of(DataName name, Redraw redraw = Redraw::train) {
  config::Data data;
  data.name = name;
  data.generator.redraw = redraw;
  return data;
}

std::vector<config::Data> all_generated() {
  std::vector<config::Data> all;
  for (const config::Choice& choice : config::choices_of(DataName{}).table)
    if (const auto name = static_cast<DataName>(choice.value); config::is_generated(name)) all.push_back(data_of(name));
  return all;
}

const std::vector<double>& inputs(const Examples& part) { return std::get<0>(part.x); }

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
      EXPECT_EQ(std::ssize(inputs(*part)), size * facts.stored.features()) << config::name_of(data.name);
      EXPECT_EQ(std::ssize(part->y), facts.classes > 0 ? size : 0) << config::name_of(data.name);
      EXPECT_EQ(std::ssize(part->targets), facts.classes > 0 ? 0 : size * facts.outputs) << config::name_of(data.name);
    }
  }
}

TEST(generators, a_smaller_part_is_the_beginning_of_a_larger_one) {
  for (config::Data data : all_generated()) {
    data.train_size = 40;
    const DataSet shorter = generate(data, 1);
    data.train_size = 60;
    DataSet longer = generate(data, 1);
    std::get<0>(longer.train.x).resize(inputs(shorter.train).size());
    longer.train.y.resize(shorter.train.y.size());
    longer.train.targets.resize(shorter.train.targets.size());
    EXPECT_EQ(longer.train.x, shorter.train.x) << config::name_of(data.name);
    EXPECT_EQ(longer.train.y, shorter.train.y) << config::name_of(data.name);
    EXPECT_EQ(longer.train.targets, shorter.train.targets) << config::name_of(data.name);
  }
}

TEST(generators, redraw_selects_what_each_seed_redraws) {
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

TEST(generators, a_validation_fraction_keeps_the_training_size) {
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
  EXPECT_NEAR(sd(inputs(set.train)), 1 / std::sqrt(12.0), 0.003);
  const auto residuals = [](const Examples& part) {
    std::vector<double> rest;
    for (std::size_t i = 0; i < part.targets.size(); ++i)
      rest.push_back(part.targets[i] - std::sin(2 * std::numbers::pi * inputs(part)[i]));
    return rest;
  };
  EXPECT_NEAR(sd(residuals(set.train)), 0.3, 0.005);
  EXPECT_EQ(sd(residuals(set.test)), 0);
  data.generator.noise_on_test = true;
  EXPECT_NEAR(sd(residuals(generate(data, 0).test)), 0.3, 0.03);
}

TEST(generators, moons_without_noise_lie_on_their_half_circles) {
  config::Data data = data_of(DataName::two_moons);
  data.generator.noise = 0;
  const Examples part = generate(data, 0).train;
  for (std::size_t i = 0; i < part.y.size(); ++i) {
    const bool lower = part.y[i] == 1;
    EXPECT_EQ(lower, i % 2 == 1);
    const double x = inputs(part)[2 * i] - lower, y = inputs(part)[2 * i + 1] - (lower ? 0.5 : 0);
    EXPECT_NEAR(std::hypot(x, y), 1, 1e-12);
    EXPECT_EQ(y >= 0, !lower);
  }
}

TEST(generators, arms_of_a_spiral_without_noise_are_rotations_of_one_arm) {
  config::Data data = data_of(DataName::spirals);
  data.generator.noise = 0;
  data.generator.classes = 3;
  data.generator.turns = 1.5;
  const Examples part = generate(data, 0).train;
  for (std::size_t i = 0; i < part.y.size(); ++i) {
    const double x = inputs(part)[2 * i], y = inputs(part)[2 * i + 1], radius = std::hypot(x, y);
    const double angle = 2 * std::numbers::pi * (1.5 * radius + part.y[i] / 3.0);
    EXPECT_EQ(part.y[i], static_cast<std::int32_t>(i % 3));
    EXPECT_NEAR(x, radius * std::cos(angle), 1e-12);
    EXPECT_NEAR(y, radius * std::sin(angle), 1e-12);
  }
}

TEST(generators, noise_changes_the_inputs_of_both_parts_for_classification) {
  config::Data noisy = data_of(DataName::two_moons), clean = noisy;
  clean.generator.noise = 0;
  const DataSet a = generate(noisy, 0), b = generate(clean, 0);
  for (const auto& [x, y] : {std::pair{&a.train, &b.train}, std::pair{&a.test, &b.test}}) {
    std::vector<double> moved;
    for (std::size_t i = 0; i < inputs(*x).size(); ++i) moved.push_back(inputs(*x)[i] - inputs(*y)[i]);
    EXPECT_NEAR(sd(moved), 0.1, 0.01);
  }
}

// Saad and Solla 1995: E[erf(u/sqrt2)^2] = 2/pi asin(q/(1+q)) for u ~ N(0, q); for one unit the target's variance.
TEST(generators, the_targets_of_a_teacher_have_the_variance_of_the_theory) {
  config::Data data = data_of(DataName::teacher_student);
  data.train_size = 50000;
  data.generator.teacher_units = 1;
  data.generator.features = 400;  // so that q = |w|^2 is near 1
  const double q = 1, variance = 2 / std::numbers::pi * std::asin(q / (1 + q));
  EXPECT_NEAR(sd(generate(data, 0).train.targets), std::sqrt(variance), 0.03);
}

TEST(generators, a_teacher_is_the_same_for_both_parts_and_all_seeds_unless_all_is_redrawn) {
  config::Data data = data_of(DataName::linear_spectrum);
  data.generator.noise = 0;
  data.generator.features = 1;
  const auto slope = [&](std::int64_t seed, bool test) {
    const DataSet set = generate(data, seed);
    const Examples& part = test ? set.test : set.train;
    return part.targets[0] / inputs(part)[0];
  };
  EXPECT_DOUBLE_EQ(slope(0, false), slope(0, true));
  EXPECT_DOUBLE_EQ(slope(0, false), slope(5, false));
  data.generator.redraw = Redraw::all;
  EXPECT_DOUBLE_EQ(slope(5, false), slope(5, true));
  EXPECT_NE(slope(0, false), slope(5, false));
}

TEST(generators, the_variances_of_a_spectrum_are_spaced_logarithmically) {
  config::Data data = data_of(DataName::linear_spectrum);
  data.train_size = 20000;
  data.generator.features = 3;
  data.generator.eigenvalues = {0.01, 1};
  const Examples part = generate(data, 0).train;
  for (std::size_t f = 0; f < 3; ++f) {
    std::vector<double> column;
    for (std::size_t i = f; i < inputs(part).size(); i += 3) column.push_back(inputs(part)[i]);
    EXPECT_NEAR(sd(column) / std::pow(10, (static_cast<double>(f) - 2) / 2), 1, 0.02);
  }
}

TEST(generators, pieces_are_straight_and_of_equal_length) {
  config::Data data = data_of(DataName::piecewise_linear);
  data.generator.noise = 0;
  const Examples part = generate(data, 0).train;
  for (int piece = 0; piece < 4; ++piece) {
    std::vector<std::pair<double, double>> points;
    for (std::size_t i = 0; i < part.targets.size(); ++i)
      if (std::floor((inputs(part)[i] + 1) * 2) == piece) points.push_back({inputs(part)[i], part.targets[i]});
    ASSERT_GT(points.size(), 50u);
    const double slope = (points[1].second - points[0].second) / (points[1].first - points[0].first);
    EXPECT_LE(std::abs(slope), 2 + 1e-9);
    for (const auto& [x, y] : points) EXPECT_NEAR(y, points[0].second + slope * (x - points[0].first), 1e-9);
  }
}

}  // namespace
