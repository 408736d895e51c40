#include "config/keys.h"

#include <gtest/gtest.h>

#include <set>

#include "config/files.h"
#include "config/reader.h"
#include "config/slots.h"
#include "config/source.h"

namespace descent::config {
namespace {

class keys : public ::testing::Test {
 protected:
  Experiment experiment;
  std::vector<Key> tree = describe(experiment);
};

TEST_F(keys, every_key_has_a_unique_path_and_help) {
  std::set<std::string> paths;
  for_each_key(tree, [&](const std::string& path, const Key& key) {
    EXPECT_TRUE(paths.insert(path).second) << path;
    EXPECT_FALSE(key.help.empty()) << path;
    for (const Condition& condition : key.conditions) EXPECT_FALSE(condition.reason.empty()) << path;
  });
}

TEST_F(keys, a_condition_of_a_section_applies_to_every_key_in_it) {
  Key& schedule = *find_key(tree, "train.schedule");
  schedule.when({[](const Experiment&) { return false; }, "never"});
  EXPECT_TRUE(schedule.conditions.empty());
  for (const Key& inner : std::get<Section>(schedule.slot).keys) EXPECT_FALSE(inner.has_effect(experiment));
}

TEST_F(keys, the_first_unmet_condition_is_reported) {
  Key& every = *find_key(tree, "train.schedule.every");  // has an effect with the schedule "step" only
  every.when({[](const Experiment& e) { return e.train.optimizer.lr > 1; }, "at low rates"});
  EXPECT_EQ(every.unmet_condition(experiment)->reason, "without the schedule \"step\"");
  experiment.train.schedule.kind = ScheduleKind::step;
  EXPECT_EQ(every.unmet_condition(experiment)->reason, "at low rates");
  experiment.train.optimizer.lr = 2;
  EXPECT_TRUE(every.has_effect(experiment));
}

TEST_F(keys, every_default_is_within_the_bounds) {
  for_each_key(tree, [&](const std::string& path, Key& key) {
    const Json value = to_json(key);
    if (key.name == "name" || value.is_null() || key.is_section()) return;
    GivenKeys given;
    const Source source;
    Problems problems("x.json", source);
    read_key(value, "", path, key, given, problems);
    EXPECT_TRUE(problems.empty()) << path;
  });
}

TEST_F(keys, every_shorthand_names_a_key_of_its_section) {
  for_each_key(tree, [&](const std::string& path, const Key& key) {
    const auto* section = std::get_if<Section>(&key.slot);
    if (section && !section->shorthand.empty()) {
      EXPECT_NE(find_key(tree, path + "." + std::string(section->shorthand)), nullptr) << path;
    }
  });
}

TEST_F(keys, find_key_follows_the_path) {
  ASSERT_NE(find_key(tree, "model.norm.kind"), nullptr);
  std::get<Field>(find_key(tree, "model.norm.kind")->slot).set("rms");
  EXPECT_EQ(experiment.model.norm.kind, NormKind::rms);
  for (const char* path : {"", ".", "model.", "model..norm", "model.norm.kind.x", "norm", "sweep"})
    EXPECT_EQ(find_key(tree, path), nullptr) << path;
}

TEST_F(keys, a_path_lies_in_itself_and_in_its_sections) {
  EXPECT_TRUE(lies_in("model.norm", "model.norm"));
  EXPECT_TRUE(lies_in("model.norm.kind", "model.norm"));
  EXPECT_FALSE(lies_in("model.norm_position", "model.norm"));
  EXPECT_FALSE(lies_in("model", "model.norm"));
}

TEST_F(keys, values_and_sections_with_a_shorthand_can_be_swept) {
  const std::vector<std::string> paths = sweepable_paths();
  const std::set<std::string> found(paths.begin(), paths.end());
  for (const char* path : {"model.width", "model.norm", "model.norm.kind", "data", "device", "train.batch_size"})
    EXPECT_TRUE(found.contains(path)) << path;
  for (const char* path : {"name", "description", "seeds", "model", "train"})
    EXPECT_FALSE(found.contains(path)) << path;
}

}  // namespace
}  // namespace descent::config
