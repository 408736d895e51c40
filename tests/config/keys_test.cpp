#include "config/keys.h"

#include <gtest/gtest.h>

#include <set>

#include "config/files.h"
#include "config/slots.h"
#include "config/sweep.h"

namespace descent::config {
namespace {

class keys : public ::testing::Test {
 protected:
  Experiment experiment;
  std::vector<Key> tree = describe(experiment);
};

TEST_F(keys, every_key_has_a_path_of_its_own_and_help) {
  std::set<std::string> paths;
  for_each_key(tree, [&](const std::string& path, const Key& key) {
    EXPECT_TRUE(paths.insert(path).second) << path;
    EXPECT_FALSE(key.help.empty()) << path;
    EXPECT_EQ(key.applies == nullptr, key.idle.empty()) << path;
  });
}

TEST_F(keys, every_default_is_within_the_bounds) {
  for_each_key(tree, [&](const std::string& path, Key& key) {
    const Json value = to_json(key);
    if (key.name == "name" || value.is<std::nullptr_t>() || std::holds_alternative<SectionSlot>(key.slot))
      return;
    Given given;
    Problems problems("x.json");
    read_key(value, path, key, given, problems);
    EXPECT_TRUE(problems.empty()) << path;
  });
}

TEST_F(keys, every_shorthand_names_a_key_of_its_section) {
  for_each_key(tree, [&](const std::string& path, const Key& key) {
    const auto* section = std::get_if<SectionSlot>(&key.slot);
    if (section && !section->shorthand.empty()) {
      EXPECT_NE(find_key(tree, path + "." + std::string(section->shorthand)), nullptr) << path;
    }
  });
}

TEST_F(keys, find_key_follows_the_path) {
  ASSERT_NE(find_key(tree, "model.norm.kind"), nullptr);
  EXPECT_EQ(std::get<EnumSlot>(find_key(tree, "model.norm.kind")->slot).field, &experiment.model.norm.kind);
  for (const char* path : {"", ".", "model.", "model..norm", "model.norm.kind.x", "norm", "sweep"})
    EXPECT_EQ(find_key(tree, path), nullptr) << path;
}

TEST_F(keys, a_path_lies_in_itself_and_in_its_sections) {
  EXPECT_TRUE(lies_in("model.norm", "model.norm"));
  EXPECT_TRUE(lies_in("model.norm.kind", "model.norm"));
  EXPECT_FALSE(lies_in("model.norm_position", "model.norm"));
  EXPECT_FALSE(lies_in("model", "model.norm"));
}

TEST_F(keys, values_and_abbreviated_sections_are_swept) {
  const std::vector<std::string> paths = sweepable_paths();
  const std::set<std::string> found(paths.begin(), paths.end());
  for (const char* path :
       {"model.width", "model.norm", "model.norm.kind", "data", "device", "train.batch_size"})
    EXPECT_TRUE(found.contains(path)) << path;
  for (const char* path : {"name", "description", "seeds", "model", "train"})
    EXPECT_FALSE(found.contains(path)) << path;
}

}  // namespace
}  // namespace descent::config
