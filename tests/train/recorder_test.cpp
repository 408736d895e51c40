#include "train/recorder.h"

#include <gtest/gtest.h>

#include <limits>

namespace descent::train {
namespace {

config::EarlyStopping rule(config::Monitor monitor, std::int64_t patience = 2) {
  config::EarlyStopping keys;
  keys.monitor = monitor;
  keys.patience = patience;
  return keys;
}

// After `step` steps, an epoch each; the test loss follows the validation loss.
store::Evaluation evaluation(std::int64_t step, double val_loss, double val_error) {
  store::Evaluation row;
  row.step = step;
  row.epoch = static_cast<double>(step);
  row.metrics.val.loss = row.metrics.test.loss = val_loss;
  row.metrics.val.error = row.metrics.test.error = val_error;
  return row;
}

TEST(recorder, the_first_of_equal_values_is_the_best) {
  Recorder recorder(rule(config::Monitor::none), 10);
  for (std::int64_t step = 0; step < 4; ++step) recorder.observe(evaluation(step, step == 0 ? 2 : 1, 0.5));
  EXPECT_EQ(recorder.summary().best->step, 1);
  EXPECT_EQ(recorder.summary().min_test_loss_epoch, 1);
  EXPECT_EQ(recorder.summary().min_test_error_epoch, 0);
  EXPECT_EQ(recorder.summary().final->step, 3);
}

TEST(recorder, requests_a_snapshot_at_every_improvement_until_the_rule_stops) {
  Recorder recorder(rule(config::Monitor::val_loss), 10);
  std::vector<bool> kept;
  for (const double loss : {3.0, 2.0, 2.5, 2.6, 1.0}) {
    kept.push_back(recorder.observe(evaluation(std::ssize(kept), loss, 0.5)));
    EXPECT_EQ(recorder.ends_training(), kept.size() > 3) << kept.size();
  }
  EXPECT_EQ(kept, (std::vector{true, true, false, false, false}));
  EXPECT_EQ(recorder.summary().early_stopping.restored->step, 1);
  EXPECT_EQ(recorder.summary().early_stopping.stopped->step, 3);
  EXPECT_EQ(recorder.summary().stopped_reason, "patience");
}

TEST(recorder, requests_a_snapshot_at_the_stop_if_the_last_weights_are_restored) {
  config::EarlyStopping keys = rule(config::Monitor::val_loss);
  keys.restore = config::Restore::last;
  Recorder recorder(keys, 10);
  std::int64_t step = 0;
  for (const bool wanted : {false, false, true}) EXPECT_EQ(recorder.observe(evaluation(step++, 1, 0.5)), wanted);
  EXPECT_EQ(recorder.summary().early_stopping.restored->step, 2);
}

TEST(recorder, a_rule_that_has_not_stopped_stops_at_the_end) {
  Recorder recorder(rule(config::Monitor::val_loss, 5), 10);
  for (std::int64_t step = 0; step < 3; ++step) recorder.observe(evaluation(step, step == 1 ? 1 : 2, 0.5));
  recorder.close();
  EXPECT_EQ(recorder.summary().stopped_reason, "end");
  EXPECT_EQ(recorder.summary().early_stopping.stopped->step, 2);
  EXPECT_EQ(recorder.summary().early_stopping.restored->step, 1);
}

TEST(recorder, records_the_rule_for_loss_and_error) {
  Recorder recorder(rule(config::Monitor::val_error), 10);
  const double losses[] = {1, 2, 3, 4}, errors[] = {0.4, 0.3, 0.2, 0.1};
  for (std::int64_t step = 0; step < 4; ++step) recorder.observe(evaluation(step, losses[step], errors[step]));
  recorder.close();
  EXPECT_EQ(recorder.summary().by_val_loss.stopped->step, 2);
  EXPECT_EQ(recorder.summary().by_val_loss.restored->step, 0);
  EXPECT_EQ(recorder.summary().by_val_error.restored->step, 3);
  EXPECT_FALSE(recorder.ends_training());
}

TEST(recorder, a_non_finite_loss_ends_the_run) {
  Recorder recorder(rule(config::Monitor::none), 10);
  recorder.observe(evaluation(7, std::numeric_limits<double>::infinity(), 0.9));
  EXPECT_TRUE(recorder.ends_training());
  EXPECT_EQ(recorder.summary().state(), store::RunState::diverged);
  EXPECT_EQ(recorder.summary().diverged_step, 7);
}

}  // namespace
}  // namespace descent::train
