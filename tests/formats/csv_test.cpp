#include "formats/csv.h"

#include <gmock/gmock.h>

#include "core/error.h"

namespace {

using namespace descent::formats;
using testing::ElementsAre;

std::vector<std::vector<std::string>> records(const std::string& text, char separator = 0) {
  CsvReader reader(text, "t.csv", separator);
  std::vector<std::vector<std::string>> all(1);
  while (reader.next(all.back())) all.emplace_back();
  all.pop_back();
  return all;
}

std::string csv_error(const std::string& text) {
  try {
    records(text);
  } catch (const descent::core::InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(csv, reads_quotes_blank_lines_and_other_line_ends) {
  EXPECT_THAT(
      records("\xef\xbb\xbf\"a, b\",y\r\n 1e3,\"say \"\"x\"\"\"\r\n\r\n-2 ,\"two\nlines\""),
      ElementsAre(ElementsAre("a, b", "y"), ElementsAre(" 1e3", "say \"x\""), ElementsAre("-2 ", "two\nlines")));
}

TEST(csv, ends_lines_at_carriage_returns_like_old_spreadsheets) {
  EXPECT_THAT(records("a,y\r1,\"u\"\r2,v\r"),
              ElementsAre(ElementsAre("a", "y"), ElementsAre("1", "u"), ElementsAre("2", "v")));
}

TEST(csv, ignores_spaces_around_a_quoted_field) {
  EXPECT_THAT(records("1, \"x\" ,2\n"), ElementsAre(ElementsAre("1", "x", "2")));
}

TEST(csv, guesses_the_separator_from_the_first_line_outside_quotes) {
  EXPECT_THAT(records("a;b\n1,5;2\n"), ElementsAre(ElementsAre("a", "b"), ElementsAre("1,5", "2")));
  EXPECT_THAT(records("a\tb\n"), ElementsAre(ElementsAre("a", "b")));
  EXPECT_THAT(records("\"x;y;z\",b\n"), ElementsAre(ElementsAre("x;y;z", "b")));
  EXPECT_THAT(records("a,b;c,d\n", ';'), ElementsAre(ElementsAre("a,b", "c,d")));
}

TEST(csv, reads_numbers_with_a_point_or_a_decimal_comma) {
  EXPECT_EQ(csv_number(" +1e3 "), 1000);
  EXPECT_EQ(csv_number("5,1"), std::nullopt);
  EXPECT_EQ(csv_number("5,1", true), 5.1);
  EXPECT_EQ(csv_number("1.234,5", true), std::nullopt);
  for (const char* text : {"", "+-1", "++1", "nan", "inf", "1 2", "0x10"}) EXPECT_EQ(csv_number(text), std::nullopt);
}

TEST(csv, writes_fields_that_read_back) {
  EXPECT_EQ(csv_field("plain"), "plain");
  EXPECT_EQ(csv_field(""), "");
  EXPECT_EQ(csv_field("[1,2]"), "\"[1,2]\"");
  EXPECT_EQ(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_field("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
  for (const std::string text : {"+1+1", "-x", "@sum", "-", "=1"}) EXPECT_EQ(csv_field(text), "\"'" + text + "\"");
  for (const std::string number : {"-1", "-0.5", "-1e-05", "-inf"}) EXPECT_EQ(csv_field(number), number);
  std::vector<std::string> fields;
  ASSERT_TRUE(CsvReader("a," + csv_field("say \"x\", y") + "\n", "t.csv").next(fields));
  EXPECT_THAT(fields, ElementsAre("a", "say \"x\", y"));
}

TEST(csv, says_what_is_wrong_and_where) {
  EXPECT_EQ(csv_error("a,y\n1,\"x"), "t.csv:2: the closing quote of a field is missing");
  EXPECT_EQ(csv_error("a,y\n\"1\"2,3\n"), "t.csv:2: \"2\" after a field; expected a comma or the end of the line");
  EXPECT_EQ(csv_error("a;y\n\"1\"2;3\n"), "t.csv:2: \"2\" after a field; expected a semicolon or the end of the line");
}

}  // namespace
