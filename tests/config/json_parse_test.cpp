#include <gtest/gtest.h>

#include <algorithm>
#include <clocale>
#include <nlohmann/json.hpp>

#include "config/files.h"
#include "config/json.h"

namespace descent::config {
namespace {

using json_parse_files = BadFiles;

TEST_P(json_parse_files, says_what_is_wrong_with) { EXPECT_EQ(problems_of(GetParam().text), GetParam().problems); }

const std::vector<BadFile> syntax{
    {"an_empty_file", "", "x.json: the file is empty"},
    {"a_file_of_white_space", " \n\n", "x.json: the file is empty"},
    {"a_list_instead_of_an_object", "[]", "x.json:1:1: expected an object: { ... }"},
    {"plain_text", "hello", "x.json:1:1: not valid JSON: invalid literal"},
    {"a_file_that_ends_too_early",
     R"({
  "seeds": 3,
)",
     "x.json:3:1: not valid JSON: unexpected end of input; expected string literal"},
    {"a_missing_colon", R"({"seeds" 3})", "x.json:1:10: not valid JSON: unexpected number literal; expected ':'"},
    {"a_comma_before_the_brace",
     R"({
  "seeds": 3,
})",
     "x.json:3:1: not valid JSON: trailing comma before '}'"},
    {"a_comma_before_the_bracket", R"({"seeds": [1, 2,]})", "x.json:1:17: not valid JSON: trailing comma before ']'"},
    {"a_missing_value",
     R"({"seeds": ,
})",
     "x.json:1:11: not valid JSON: unexpected ','; expected '[', '{', or a literal"},
    {"a_missing_comma",
     R"({"seeds": 3
 "name": "x"})",
     "x.json:2:2: not valid JSON: unexpected string literal; expected '}'"},
    {"a_half_literal", R"({"seeds": tru})", "x.json:1:11: not valid JSON: invalid literal"},
    {"an_open_string", R"({"name": "x)", "x.json:1:10: not valid JSON: invalid string: missing closing quote"},
    {"single_quotes", "{'name': 1}", "x.json:1:2: not valid JSON: invalid literal"},
    {"a_number_that_overflows", R"({"seeds": 1e999})", "x.json:1:11: the number 1e999 is too large"},
    {"a_whole_number_that_overflows", R"({"seeds": 123456789012345678901234567890})",
     "x.json:1:11: the number 123456789012345678901234567890 is too large"},
    {"not_a_number", R"({"seeds": NaN})", "x.json:1:11: not valid JSON: invalid literal"},
    {"a_second_value", "{} {}", "x.json:1:4: not valid JSON: unexpected '{'; expected end of input"},
    {"an_open_comment", "/* no end", "x.json:1:10: not valid JSON: invalid comment; missing closing '*/'"},
    {"a_line_break_in_a_string",
     R"({"name": "a
b"})",
     "x.json:1:10: not valid JSON: invalid string: control character U+000A (LF) must be escaped to \\u000A "
     "or \\n"},
    {"columns_count_characters_and_not_bytes",
     R"({"description": "äöü€😀", "nmae": 1, "model": {"hidden": []}, "train": {"epochs": 1}})",
     "x.json:1:26: unknown key \"nmae\"; did you mean \"name\"?"},
    {"comments_and_lines_are_counted",
     R"(// first
{ /* a
 b */ "seeds": 0, "model": {"hidden": []}, "train": {"epochs": 1}})",
     "x.json:3:16: seeds: must be a count from 1 to 100000, got 0"},
};

INSTANTIATE_TEST_SUITE_P(bad, json_parse_files, ::testing::ValuesIn(syntax), sentence_of);

std::string problems_of_parsing(const std::string& text) {
  std::vector<core::Problem> problems;
  Positions positions;
  parse_json(text, "x.json", problems, positions);
  return problems.empty() ? "" : core::InputError(problems).what();
}

TEST(json_parse, every_value_and_key_has_a_position) {
  std::vector<core::Problem> problems;
  Positions positions;
  parse_json("// c\n{\"a\": [1,\n  -2.5e3, \"x\\\"y\"], /* d\n */ \"é\": {\"b/c\" : true}}", "", problems, positions);
  ASSERT_TRUE(problems.empty());
  const std::map<std::string, std::pair<std::int64_t, std::int64_t>> expected{
      {"", {2, 1}},      {"/a~", {2, 2}}, {"/a", {2, 7}},  {"/a/0", {2, 8}},      {"/a/1", {3, 3}},
      {"/a/2", {3, 11}}, {"/é~", {4, 5}}, {"/é", {4, 10}}, {"/é/b~1c~", {4, 11}}, {"/é/b~1c", {4, 19}}};
  EXPECT_EQ(positions.size(), expected.size());
  for (const auto& [pointer, place] : expected) {
    ASSERT_TRUE(positions.contains(pointer)) << pointer;
    EXPECT_EQ(std::pair(positions[pointer].line, positions[pointer].column), place) << pointer;
  }
}

TEST(json_parse, integers_stay_integers) {
  EXPECT_TRUE(parse_value("-7").is_number_integer());
  EXPECT_TRUE(parse_value("9223372036854775807").is_number_integer());
  EXPECT_TRUE(parse_value("7.0").is_number_float());
  EXPECT_TRUE(parse_value("1e3").is_number_float());
}

TEST(json_parse, a_byte_order_mark_is_skipped) {
  EXPECT_EQ(problems_of_parsing("\xef\xbb\xbf{}"), "");
  EXPECT_EQ(problems_of_parsing("\xef\xbb\xbf{x"), problems_of_parsing("{x"));
}

TEST(json_parse, bytes_that_are_not_utf8_are_reported) {
  EXPECT_EQ(problems_of_parsing("{\n \"é\": \"\xff\"}"), "x.json:2:8: not UTF-8 text: byte 0xff");
  EXPECT_EQ(problems_of_parsing(std::string("{\"a\": 1}\0", 9)), "x.json:1:9: not UTF-8 text: byte 0x00");
  EXPECT_EQ(problems_of_parsing("\xff\xfe{"), "x.json:1:1: not UTF-8 text: byte 0xff");
}

TEST(json_parse, a_hundred_thousand_nested_brackets_are_refused) {
  EXPECT_EQ(problems_of_parsing(std::string(100000, '[')), "x.json:1:65: nested deeper than 64 levels");
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  EXPECT_EQ(problems_of_parsing(objects), "x.json:1:321: nested deeper than 64 levels");
}

TEST(json_parse, sixty_four_nested_brackets_are_accepted) {
  EXPECT_EQ(problems_of_parsing(std::string(64, '[') + std::string(64, ']')), "");
}

TEST(json_parse, more_than_a_million_values_are_refused) {
  std::string list = "[0";
  for (int i = 0; i < 1000000; ++i) list += ",0";
  EXPECT_EQ(problems_of_parsing(list + "]"), "x.json:1:2000000: more than 1000000 values");
}

TEST(json_parse, many_duplicate_keys_are_quick_and_not_all_reported) {
  std::string object = "{\"a\": 0";
  for (int i = 0; i < 300000; ++i) object += ",\"a\":0";
  std::vector<core::Problem> problems;
  Positions positions;
  parse_json(object + "}", "x.json", problems, positions);
  EXPECT_EQ(problems.size(), max_problems + 1);
}

TEST(json_parse, many_different_keys_are_quick) {
  std::string object = "{\"a\": 0";
  for (int i = 0; i < 300000; ++i) object += ",\"" + std::to_string(i) + "\":{}";
  EXPECT_EQ(problems_of_parsing(object + "}"), "");
}

TEST(json_parse, keys_of_duplicate_objects_are_not_compared) {
  EXPECT_EQ(problems_of_parsing(R"({"a": {"x": 1}, "a": {"x": 2}, "a": {"x": 3, "x": 4}})"),
            "x.json:1:17: duplicate key \"a\", first given in line 1\n"
            "x.json:1:32: duplicate key \"a\", first given in line 1\n"
            "x.json:1:46: duplicate key \"x\", first given in line 1");
}

TEST(json_parse, a_value_on_the_command_line_is_json_or_a_string) {
  EXPECT_EQ(compact(parse_value("[1, {\"a\": null}]")), R"([1,{"a":null}])");
  EXPECT_EQ(compact(parse_value("relu")), "\"relu\"");
  EXPECT_EQ(compact(parse_value("[1,")), "\"[1,\"");
  EXPECT_EQ(compact(parse_value("")), "\"\"");
}

TEST(json_parse, numbers_do_not_depend_on_the_locale) {
  const auto names = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "es_ES.UTF-8"};
  const bool found = std::ranges::any_of(names, [](const char* name) { return std::setlocale(LC_ALL, name); });
  if (!found) GTEST_SKIP() << "no such locale is installed";
  const std::string text = R"({"a":1.5,"b":-25.0,"c":1e-3})";
  std::vector<core::Problem> problems;
  Positions positions;
  const std::string read = compact(parse_json(text, "x.json", problems, positions));
  std::setlocale(LC_ALL, "C");
  EXPECT_EQ(read, R"({"a":1.5,"b":-25,"c":0.001})");
}

}  // namespace
}  // namespace descent::config
