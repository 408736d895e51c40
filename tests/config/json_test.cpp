#include "config/json.h"

#include <gtest/gtest.h>

namespace descent::config {
namespace {

Json parsed(std::string_view text) {
  std::vector<core::Problem> problems;
  Json json = parse_json(text, "x.json", problems);
  EXPECT_TRUE(problems.empty());
  return json;
}

TEST(json, dump_is_compact_and_keeps_the_order_of_keys) {
  EXPECT_EQ(parsed(R"({"b": [1, 2.5, true, null], "a": {}, "c": "x"})").dump(),
            R"({"b":[1,2.5,true,null],"a":{},"c":"x"})");
}

TEST(json, texts_are_escaped) {
  const std::string text = R"("a\"b\\c\nd\te\u0001f")";
  EXPECT_EQ(parsed(text).dump(), text);
}

TEST(json, pretty_breaks_only_what_is_long) {
  const Json json = parsed(R"({"short": {"a": [1, 2]}, "long": ["0123456789012345678901234567890123456789",
                              "0123456789012345678901234567890123456789", "01234567890123456789"]})");
  EXPECT_EQ(json.pretty(), R"({
  "short": {"a": [1, 2]},
  "long": [
    "0123456789012345678901234567890123456789",
    "0123456789012345678901234567890123456789",
    "01234567890123456789"
  ]
}
)");
}

TEST(json, find_gives_members_of_objects_only) {
  const Json json = parsed(R"({"a": 1})");
  ASSERT_NE(json.find("a"), nullptr);
  EXPECT_EQ(json.find("a")->dump(), "1");
  EXPECT_EQ(json.find("b"), nullptr);
  EXPECT_EQ(json.find("a")->find("a"), nullptr);
}

}  // namespace
}  // namespace descent::config
