#include "train/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace descent::train {
namespace {

config::Train training(config::ScheduleKind kind) {
  config::Train train;
  train.optimizer.lr = 0.8;
  train.schedule.kind = kind;
  train.schedule.factor = 0.5;
  train.schedule.every = 2;
  train.schedule.milestones = {1, 3};
  return train;
}

constexpr TrainingLength length{10, 60};

TEST(schedule, constant_never_changes) {
  EXPECT_EQ(learning_rate(training(config::ScheduleKind::constant), length, 0), 0.8);
  EXPECT_EQ(learning_rate(training(config::ScheduleKind::constant), length, 59), 0.8);
}

TEST(schedule, step_decays_every_n_epochs) {
  const config::Train train = training(config::ScheduleKind::step);
  EXPECT_EQ(learning_rate(train, length, 19), 0.8);
  EXPECT_EQ(learning_rate(train, length, 20), 0.4);
  EXPECT_EQ(learning_rate(train, length, 40), 0.2);
}

TEST(schedule, multistep_decays_at_its_milestones) {
  const config::Train train = training(config::ScheduleKind::multistep);
  EXPECT_EQ(learning_rate(train, length, 9), 0.8);
  EXPECT_EQ(learning_rate(train, length, 10), 0.4);
  EXPECT_EQ(learning_rate(train, length, 30), 0.2);
}

TEST(schedule, exponential_decays_every_epoch) {
  const config::Train train = training(config::ScheduleKind::exponential);
  EXPECT_EQ(learning_rate(train, length, 9), 0.8);
  EXPECT_EQ(learning_rate(train, length, 25), 0.2);
}

TEST(schedule, cosine_decays_from_the_base_rate_to_the_minimum) {
  config::Train train = training(config::ScheduleKind::cosine);
  train.schedule.minimum_lr = 0.2;
  EXPECT_EQ(learning_rate(train, length, 0), 0.8);
  EXPECT_NEAR(learning_rate(train, length, 30), 0.5, 1e-15);
  EXPECT_NEAR(learning_rate(train, length, 59), 0.2 + 0.3 * (1 + std::cos(M_PI * 59 / 60)), 1e-15);
}

TEST(schedule, cosine_after_a_warm_up_decays_over_the_remaining_steps) {
  config::Train train = training(config::ScheduleKind::cosine);
  train.schedule.warmup = 2;
  EXPECT_EQ(learning_rate(train, length, 20), 0.8);
  EXPECT_NEAR(learning_rate(train, length, 40), 0.4, 1e-15);
}

TEST(schedule, warm_up_rises_linearly_and_the_schedule_starts_after_it) {
  config::Train train = training(config::ScheduleKind::exponential);
  train.schedule.warmup = 2;
  EXPECT_NEAR(learning_rate(train, length, 0), 0.04, 1e-15);
  EXPECT_NEAR(learning_rate(train, length, 19), 0.8, 1e-15);
  EXPECT_EQ(learning_rate(train, length, 29), 0.8);
  EXPECT_EQ(learning_rate(train, length, 30), 0.4);
}

TEST(schedule, durations_can_be_in_steps) {
  config::Train train = training(config::ScheduleKind::step);
  train.schedule.unit = config::DurationUnit::steps;
  EXPECT_EQ(learning_rate(train, length, 1), 0.8);
  EXPECT_EQ(learning_rate(train, length, 2), 0.4);
}

TEST(evaluation_steps, every_epoch_by_default_with_step_0_and_the_last) {
  EXPECT_THAT(evaluation_steps({}, {10, 35}), testing::ElementsAre(0, 10, 20, 30, 35));
}

TEST(evaluation_steps, every_n_epochs_or_steps) {
  config::Evaluate epochs, steps;
  epochs.every_epochs = 2;
  steps.every_steps = 15;
  EXPECT_THAT(evaluation_steps(epochs, {10, 35}), testing::ElementsAre(0, 20, 35));
  EXPECT_THAT(evaluation_steps(steps, {10, 35}), testing::ElementsAre(0, 15, 30, 35));
}

TEST(evaluation_steps, log_spaced_from_the_first_step_to_the_last) {
  config::Evaluate evaluate;
  evaluate.log_spaced = 4;
  EXPECT_THAT(evaluation_steps(evaluate, {10, 1000}), testing::ElementsAre(0, 1, 10, 100, 1000));
}

TEST(evaluation_steps, training_for_0_steps_is_evaluated_once) {
  EXPECT_THAT(evaluation_steps({}, {10, 0}), testing::ElementsAre(0));
  config::Evaluate evaluate;
  evaluate.log_spaced = 4;
  EXPECT_THAT(evaluation_steps(evaluate, {10, 0}), testing::ElementsAre(0));
}

}  // namespace
}  // namespace descent::train
