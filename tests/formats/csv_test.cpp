#include "formats/csv.h"

#include <gmock/gmock.h>

#include "core/error.h"

namespace {

using namespace descent::formats;
using testing::ElementsAre;
using testing::IsEmpty;

Table table(const std::string& text, const std::string& label = "", std::optional<bool> regression = {}) {
  return parse_csv(text, "t.csv", label, regression);
}

std::string error_of(const std::string& text, const std::string& label = "", std::optional<bool> regression = {}) {
  try {
    table(text, label, regression);
  } catch (const descent::core::InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(csv, takes_the_last_column_as_the_labels_unless_one_is_named) {
  EXPECT_THAT(std::get<0>(table("a,b,c\n1,2,0\n3,4,1\n").examples.x), ElementsAre(1, 2, 3, 4));
  const Table named = table("a,b,c\n1,0,2\n3,1,4\n", "b");
  EXPECT_THAT(std::get<0>(named.examples.x), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(named.examples.y, ElementsAre(0, 1));
}

TEST(csv, numbers_classes_in_the_order_of_their_labels) {
  EXPECT_THAT(table("a,y\n0,cat\n0,ant\n0,cat\n").examples.y, ElementsAre(1, 0, 1));
  const Table numbered = table("a,y\n0,10\n0,2\n0,3\n");
  EXPECT_THAT(numbered.examples.y, ElementsAre(2, 0, 1));
  EXPECT_EQ(numbered.classes, 3);
}

TEST(csv, takes_labels_with_a_fraction_for_real_targets_and_others_when_asked_to) {
  EXPECT_THAT(table("a,y\n0,0.5\n0,2\n").examples.targets, ElementsAre(0.5, 2));
  EXPECT_EQ(table("a,y\n0,0.5\n0,2\n").classes, 0);
  EXPECT_THAT(table("a,y\n0,1\n0,2\n", "", true).examples.targets, ElementsAre(1, 2));
  EXPECT_THAT(table("a,y\n0,0.5\n0,2\n", "", false).examples.y, ElementsAre(0, 1));
  EXPECT_THAT(table("a,y\n0,0.5\n0,x\n").examples.targets, IsEmpty());
}

TEST(csv, reads_quotes_blank_lines_and_other_line_ends) {
  const Table read = table("\xef\xbb\xbf\"a, b\",y\r\n\" 1e3\",\"say \"\"x\"\"\"\r\n\r\n-2 ,\"two\nlines\"");
  EXPECT_THAT(std::get<0>(read.examples.x), ElementsAre(1000, -2));
  EXPECT_EQ(read.classes, 2);
}

TEST(csv, writes_fields_that_read_back) {
  EXPECT_EQ(csv_field("plain"), "plain");
  EXPECT_EQ(csv_field(""), "");
  EXPECT_EQ(csv_field("[1,2]"), "\"[1,2]\"");
  EXPECT_EQ(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_field("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
  for (const std::string text : {"+1+1", "-x", "@sum", "-", "=1"}) EXPECT_EQ(csv_field(text), "\"'" + text + "\"");
  for (const std::string number : {"-1", "-0.5", "-1e-05", "-inf"}) EXPECT_EQ(csv_field(number), number);
  const Table read = table("a," + csv_field("say \"x\", y") + "\n1,2\n", "say \"x\", y");
  EXPECT_EQ(read.features, 1);
}

TEST(csv, says_what_is_wrong_and_where) {
  EXPECT_EQ(error_of(""), "t.csv:1: is empty; a header and a line per example are needed");
  EXPECT_EQ(error_of("a\n1\n"), "t.csv:1: has one column; features and labels need two or more, with commas between");
  EXPECT_EQ(error_of("a,b\n"), "t.csv:1: has a header but no examples");
  EXPECT_EQ(error_of("width,kind\n1,2\n", "kin"),
            "t.csv:1: has no column \"kin\"; did you mean \"kind\"? (one of width, kind)");
  EXPECT_EQ(error_of("a,b,y\n1,2,3\n1,2\n"), "t.csv:3: has 2 fields where the header has 3");
  EXPECT_EQ(error_of("a,y\n1,2\n?,2\n"), "t.csv:3: column \"a\" holds \"?\", which is not a number");
  EXPECT_EQ(error_of("a,y\nnan,2\n"), "t.csv:2: column \"a\" holds \"nan\", which is not a number");
  EXPECT_EQ(error_of("a,y\n1,\n"), "t.csv:2: column \"y\" is empty");
  EXPECT_EQ(error_of("a,y\n1e39,2\n"),
            "t.csv:2: column \"a\" holds \"1e39\", which is not a number in single precision");
  EXPECT_EQ(error_of("a,y\n1,1e39\n", "", true),
            "t.csv:2: column \"y\" holds \"1e39\", which is not a number in single precision");
  EXPECT_EQ(error_of("a,y\n1,1e39\n1,0.5\n"),
            "t.csv: column \"y\" holds targets that are no numbers in single precision");
  EXPECT_EQ(error_of("a,y\n1,x\n", "", true), "t.csv:2: column \"y\" holds \"x\", which is not a number");
  EXPECT_EQ(error_of("a,y\n1,\"x"), "t.csv:2: a quoted field does not end");
  EXPECT_EQ(error_of("a,y\n\"1\"2,3\n"), "t.csv:2: \"2\" after a field; expected a comma or the end of the line");
}

}  // namespace
