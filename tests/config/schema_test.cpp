#include <gtest/gtest.h>

#include "config/json.h"
#include "config/keys.h"
#include "config/sweep.h"
#include "config/write.h"

namespace descent::config {
namespace {

Json schema() {
  std::vector<core::Problem> problems;
  Json json = parse_json(json_schema(), "schema", problems);
  EXPECT_TRUE(problems.empty());
  return json;
}

TEST(schema, is_of_draft_2020_12_and_closed) {
  const Json json = schema();
  EXPECT_EQ(json.find("$schema")->dump(), "\"https://json-schema.org/draft/2020-12/schema\"");
  EXPECT_EQ(json.find("additionalProperties")->dump(), "false");
}

TEST(schema, every_key_has_a_place_and_a_description) {
  const Json json = schema();
  Experiment experiment;
  for_each_key(describe(experiment), [&](const std::string& path, const Key&) {
    const Json* place = &json;
    std::string_view rest = path;
    while (place && !rest.empty()) {
      const std::size_t dot = std::min(rest.find('.'), rest.size());
      if (const Json* either = place->find("anyOf")) place = &std::get<Json::Array>(either->value)[1];
      place = place->find("properties");
      place = place ? place->find(rest.substr(0, dot)) : nullptr;
      rest.remove_prefix(std::min(dot + 1, rest.size()));
    }
    ASSERT_NE(place, nullptr) << path;
    EXPECT_NE(place->find("description"), nullptr) << path;
  });
}

TEST(schema, the_sweep_names_every_path_that_may_be_swept_and_no_other) {
  const Json json = schema();
  const Json* branch = json.find("$defs")->find("branch");
  const Json* properties = branch->find("properties");
  for (const std::string& path : sweepable_paths()) EXPECT_NE(properties->find(path), nullptr) << path;
  EXPECT_EQ(std::get<Json::Object>(properties->value).size(), sweepable_paths().size() + 1);  // and "zip"
  EXPECT_EQ(branch->find("additionalProperties")->dump(), "false");
}

}  // namespace
}  // namespace descent::config
