#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "config/files.h"
#include "config/json.h"
#include "config/key_names.h"
#include "config/keys.h"
#include "config/write.h"
#include "core/text.h"

namespace descent::config {
namespace {

class schema : public ::testing::Test {
 protected:
  const Json root = Json::parse(json_schema());
};

TEST_F(schema, is_of_draft_2020_12_and_closed) {
  EXPECT_EQ(root["$schema"], "https://json-schema.org/draft/2020-12/schema");
  EXPECT_EQ(root["additionalProperties"], false);
}

TEST_F(schema, every_key_is_included_with_a_description) {
  for_each_key(default_keys(), [&](const std::string& path, const Key&) {
    const Json* place = &root;
    for (const std::string& name : core::split(path, '.')) {
      if (place->contains("anyOf")) place = &(*place)["anyOf"][1];
      ASSERT_TRUE(place->contains("properties") && (*place)["properties"].contains(name)) << path;
      place = &(*place)["properties"][name];
    }
    EXPECT_TRUE(place->contains("description")) << path;
  });
}

TEST_F(schema, the_sweep_names_every_path_that_may_be_swept_and_no_other) {
  const Json& branch = root["$defs"]["branch"];
  const std::vector<std::string> paths = sweepable_paths();
  for (const std::string& path : paths) EXPECT_TRUE(branch["properties"].contains(path)) << path;
  EXPECT_TRUE(branch["properties"].contains("width"));
  for (const auto& [name, values] : branch["properties"].items())
    EXPECT_TRUE(name == "zip" || std::ranges::count(paths, full_path(name)) == 1) << name;
  EXPECT_EQ(branch["additionalProperties"], false);
}

}  // namespace
}  // namespace descent::config
