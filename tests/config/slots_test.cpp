#include "config/slots.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace descent::config {
namespace {

TEST(slots, a_section_is_an_object_without_absent_keys) {
  Experiment experiment;
  std::vector<Key> keys = describe(experiment);
  EXPECT_EQ(compact(to_json(*find_key(keys, "train.evaluate"))), "{}");
  experiment.train.evaluate = {.every_epochs = 2, .splits = {Split::test}};
  EXPECT_EQ(compact(to_json(*find_key(keys, "train.evaluate"))), R"({"every_epochs":2,"splits":["test"]})");
}

TEST(slots, consecutive_seeds_from_zero_are_a_count) {
  Experiment experiment;
  std::vector<Key> keys = describe(experiment);
  experiment.seeds = {0, 1, 2};
  EXPECT_EQ(compact(to_json(*find_key(keys, "seeds"))), "3");
  experiment.seeds = {0, 2};
  EXPECT_EQ(compact(to_json(*find_key(keys, "seeds"))), "[0,2]");
}

TEST(slots, a_full_batch_is_a_string) {
  Experiment experiment;
  std::vector<Key> keys = describe(experiment);
  experiment.train.batch_size = 0;
  EXPECT_EQ(compact(to_json(*find_key(keys, "train.batch_size"))), "\"full\"");
}

TEST(slots, bounds_are_written_in_words) {
  Experiment experiment;
  std::vector<Key> keys = describe(experiment);
  EXPECT_EQ(bounds_text(*find_key(keys, "model.dropout.rate")), "at least 0 and below 1");
  EXPECT_EQ(bounds_text(*find_key(keys, "model.width")), "at least 1 and at most 100000");
  EXPECT_EQ(bounds_text(*find_key(keys, "model.norm.epsilon")), "above 0 and at most 1");
  EXPECT_EQ(bounds_text(*find_key(keys, "data.name")), "");
}

}  // namespace
}  // namespace descent::config
