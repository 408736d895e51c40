#include "config/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace descent::config {
namespace {

Json parsed_json(std::string_view text) {
  std::vector<core::Problem> problems;
  Positions positions;
  Json json = parse_json(text, "x.json", problems, positions);
  EXPECT_TRUE(problems.empty());
  return json;
}

TEST(json, compact_has_no_spaces_and_keeps_the_order_of_keys) {
  EXPECT_EQ(compact(parsed_json(R"({"b": [1, 2.5, true, null], "a": {}, "c": "x"})")),
            R"({"b":[1,2.5,true,null],"a":{},"c":"x"})");
}

TEST(json, numbers_are_written_in_their_shortest_form) {
  EXPECT_EQ(compact(parsed_json("[1.0, 1e-3, 1e-5, 0.00001234, -0, -0.0, 1e16, 1e22, 123456789012345678, 0.1, 1e300, "
                                "5e-324]")),
            "[1,0.001,1e-05,1.234e-05,0,-0,1e+16,1e+22,123456789012345678,0.1,1e+300,5e-324]");
}

TEST(json, strings_are_escaped) {
  const std::string text = R"("a\"b\\c\nd\te\u0001f é")";
  EXPECT_EQ(compact(parsed_json(text)), text);
}

TEST(json, pretty_breaks_only_long_lines) {
  const Json json = parsed_json(R"({"short": {"a": [1, 2]}, "long": ["0123456789012345678901234567890123456789",
                              "0123456789012345678901234567890123456789", "01234567890123456789"]})");
  EXPECT_EQ(pretty(json), R"({
  "short": {"a": [1, 2]},
  "long": [
    "0123456789012345678901234567890123456789",
    "0123456789012345678901234567890123456789",
    "01234567890123456789"
  ]
}
)");
}

TEST(json, text_of_a_string_has_no_quotes) {
  EXPECT_EQ(text_of("a"), "a");
  EXPECT_EQ(text_of(parsed_json("[1.0, \"a\"]")), "[1,\"a\"]");
}

TEST(json, pointers_escape_keys) {
  EXPECT_EQ(member_pointer("/a", "b/c~d"), "/a/b~1c~0d");
  EXPECT_EQ(element_pointer("/a", 3), "/a/3");
}

}  // namespace
}  // namespace descent::config
