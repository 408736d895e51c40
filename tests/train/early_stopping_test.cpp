#include "train/early_stopping.h"

#include <gtest/gtest.h>

#include <cmath>

namespace descent::train {
namespace {

using Outcome = EarlyStopping::Outcome;

EarlyStopping rule(std::int64_t patience, double min_delta = 0) {
  config::EarlyStopping keys;
  keys.monitor = config::Monitor::val_loss;
  keys.patience = patience;
  keys.min_delta = min_delta;
  return EarlyStopping(keys);
}

TEST(early_stopping, stops_after_patience_evaluations_without_improvement) {
  EarlyStopping stopping = rule(2);
  EXPECT_EQ(stopping.observe(1.0), Outcome::improved);
  EXPECT_EQ(stopping.observe(1.1), Outcome::waiting);
  EXPECT_EQ(stopping.observe(1.2), Outcome::stop);
}

TEST(early_stopping, improvement_resets_the_patience) {
  EarlyStopping stopping = rule(2);
  stopping.observe(1.0);
  stopping.observe(1.1);
  EXPECT_EQ(stopping.observe(0.9), Outcome::improved);
  EXPECT_EQ(stopping.observe(0.9), Outcome::waiting);
}

TEST(early_stopping, a_tie_keeps_the_first) {
  EarlyStopping stopping = rule(5);
  stopping.observe(1.0);
  EXPECT_EQ(stopping.observe(1.0), Outcome::waiting);
}

TEST(early_stopping, improvement_must_exceed_min_delta) {
  EarlyStopping stopping = rule(5, 0.1);
  stopping.observe(1.0);
  EXPECT_EQ(stopping.observe(0.95), Outcome::waiting);
  EXPECT_EQ(stopping.observe(0.89), Outcome::improved);
}

TEST(early_stopping, nan_never_improves) {
  EarlyStopping stopping = rule(3);
  EXPECT_EQ(stopping.observe(std::nan("")), Outcome::waiting);
  EXPECT_EQ(stopping.observe(1.0), Outcome::improved);
  EXPECT_EQ(stopping.observe(std::nan("")), Outcome::waiting);
}

}  // namespace
}  // namespace descent::train
