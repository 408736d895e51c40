#include "config/slots.h"

#include <gtest/gtest.h>

namespace descent::config {
namespace {

TEST(slots, a_section_is_an_object_without_absent_keys) {
  Experiment experiment;
  std::vector<Key> keys = describe(experiment);
  EXPECT_EQ(to_json(*find_key(keys, "train.evaluate")).dump(), "{}");
  experiment.train.evaluate = {.every_epochs = 2, .splits = {Split::test}};
  EXPECT_EQ(to_json(*find_key(keys, "train.evaluate")).dump(), R"({"every_epochs":2,"splits":["test"]})");
}

TEST(slots, seeds_that_count_from_zero_are_a_count) {
  Experiment experiment;
  std::vector<Key> keys = describe(experiment);
  experiment.seeds = {0, 1, 2};
  EXPECT_EQ(to_json(*find_key(keys, "seeds")).dump(), "3");
  experiment.seeds = {0, 2};
  EXPECT_EQ(to_json(*find_key(keys, "seeds")).dump(), "[0,2]");
}

TEST(slots, a_full_batch_is_a_word) {
  Experiment experiment;
  std::vector<Key> keys = describe(experiment);
  experiment.train.batch_size = 0;
  EXPECT_EQ(to_json(*find_key(keys, "train.batch_size")).dump(), "\"full\"");
}

TEST(slots, copy_value_restores_every_default) {
  Experiment changed, defaults;
  std::vector<Key> keys = describe(changed), fallback = describe(defaults);
  const auto text = [&] {
    std::vector<std::string> all;
    for (const Key& key : keys) all.push_back(to_json(key).dump());
    return all;
  };
  const std::vector<std::string> before = text();
  changed.seeds = {4};
  changed.data.name = DataName::digits;
  changed.data.train_size = 7;
  changed.model.hidden = {1, 2};
  changed.model.norm.kind = NormKind::rms;
  changed.train.optimizer.betas = {0, 0};
  changed.train.evaluate.splits = {Split::test};
  changed.train.batch_size = 0;
  changed.train.drop_last = true;
  changed.train.optimizer.lr = 1;
  changed.name = std::string(30, 'x');
  EXPECT_NE(text(), before);
  for (std::size_t i = 0; i < keys.size(); ++i) copy_value(keys[i], fallback[i]);
  EXPECT_EQ(text(), before);
}

TEST(slots, bounds_are_told_in_words) {
  Experiment experiment;
  std::vector<Key> keys = describe(experiment);
  EXPECT_EQ(bounds_text(*find_key(keys, "model.dropout.rate")), "at least 0 and below 1");
  EXPECT_EQ(bounds_text(*find_key(keys, "model.width")), "at least 1 and at most 100000");
  EXPECT_EQ(bounds_text(*find_key(keys, "model.norm.epsilon")), "above 0 and at most 1");
  EXPECT_EQ(bounds_text(*find_key(keys, "data.name")), "");
}

}  // namespace
}  // namespace descent::config
