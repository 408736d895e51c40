#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/keys.h"
#include "config/write.h"
#include "core/error.h"

namespace descent::config {
namespace {

using ::testing::HasSubstr;

TEST(explain, every_key_can_be_explained) {
  for (const std::string& path : key_paths()) EXPECT_THAT(explain(path), ::testing::StartsWith(path + ": "));
}

TEST(explain, without_a_path_every_key_is_listed) {
  const std::string all = explain("");
  for (const char* path : {"model.norm.kind", "train.early_stopping.patience", "sweep", "$schema"})
    EXPECT_THAT(all, HasSubstr(path));
}

TEST(explain, a_key_shows_type_bounds_default_and_condition) {
  EXPECT_EQ(explain("model.norm.momentum"),
            "model.norm.momentum: weight of the current batch in the running statistics\nTakes a number, at least 0 "
            "and at most 1.\nDefault: 0.1.\nHas no effect without the model \"mlp\", \"cnn\" or \"resnet\".\nHas no "
            "effect without the norm \"batch\" and running statistics.\n");
}

TEST(explain, the_section_of_the_initializers_shows_every_formula) {
  const std::string text = explain("model.init");
  for (const Choice& choice : choices_of(InitScheme{}).table) {
    EXPECT_THAT(text, HasSubstr(std::string(choice.name)));
    EXPECT_THAT(text, HasSubstr(std::string(choice.help)));
  }
  EXPECT_THAT(text, HasSubstr("he_normal        N(0, gain^2 * 2/fan) [He et al. 2015]\n"));
  EXPECT_THAT(text, HasSubstr("\"init\": V means \"init\": {\"scheme\": V}"));
}

TEST(explain, an_unknown_path_suggests_the_nearest) {
  try {
    explain("model.nrom");
    FAIL();
  } catch (const core::InputError& error) {
    EXPECT_STREQ(error.what(), "unknown key \"model.nrom\"; did you mean \"model.norm\"?");
  }
}

TEST(explain, key_paths_lists_sections_and_values_in_order) {
  const std::vector<std::string> paths = key_paths();
  EXPECT_EQ(paths[0], "name");
  EXPECT_THAT(paths, ::testing::IsSupersetOf({"data", "data.name", "model.norm.kind"}));
}

TEST(explain, topics_have_unique_names) {
  std::vector<std::string> names;
  for (const Topic& topic : topics()) names.emplace_back(topic.name);
  EXPECT_THAT(names, ::testing::IsSupersetOf({"data", "models", "activations", "norms", "initializers", "optimizers"}));
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

}  // namespace
}  // namespace descent::config
