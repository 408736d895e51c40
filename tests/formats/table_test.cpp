#include "formats/table.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>

#include "core/error.h"

namespace {

using namespace descent::formats;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsNan;

Table table(const std::string& text, const TableOptions& options = {}) { return parse_table(text, "t.csv", options); }

std::string table_error(const std::string& text, const TableOptions& options = {}) {
  try {
    table(text, options);
  } catch (const descent::core::InputError& error) {
    return error.what();
  }
  return "no error";
}

std::vector<double> x(const Table& table) { return std::get<0>(table.examples.x); }

TEST(table, takes_the_last_column_as_the_labels_unless_one_is_named) {
  EXPECT_THAT(x(table("a,b,c\n1,2,0\n3,4,1\n")), ElementsAre(1, 2, 3, 4));
  const Table named = table("a,b,c\n1,0,2\n3,1,4\n", {.label_column = "b"});
  EXPECT_THAT(x(named), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(named.examples.y, ElementsAre(0, 1));
}

TEST(table, numbers_classes_in_the_order_of_their_labels) {
  EXPECT_THAT(table("a,y\n0,cat\n0,ant\n0,cat\n").examples.y, ElementsAre(1, 0, 1));
  const Table numbered = table("a,y\n0,10\n0,2\n0,3\n");
  EXPECT_THAT(numbered.examples.y, ElementsAre(2, 0, 1));
  EXPECT_EQ(numbered.classes, 3);
}

TEST(table, takes_every_spelling_of_a_number_for_one_class) {
  const Table read = table("a,y\n1,1\n2,1.0\n3,+1\n4,01\n5,0\n6,0.0\n7,-0\n");
  EXPECT_THAT(read.contents.class_names, ElementsAre("0", "1"));
  EXPECT_THAT(read.examples.y, ElementsAre(1, 1, 1, 1, 0, 0, 0));
  EXPECT_EQ(table("a,y\n1,\"x\"\n2,x\n3, \"x\"\n4,z\n").classes, 2);
}

TEST(table, takes_labels_with_a_fraction_for_real_targets_and_others_when_asked_to) {
  EXPECT_THAT(table("a,y\n0,0.5\n0,2\n").examples.targets, ElementsAre(0.5, 2));
  EXPECT_EQ(table("a,y\n0,0.5\n0,2\n").classes, 0);
  EXPECT_THAT(table("a,y\n0,1\n0,2\n", {.regression = true}).examples.targets, ElementsAre(1, 2));
  EXPECT_THAT(table("a,y\n0,0.5\n0,2\n", {.regression = false}).examples.y, ElementsAre(0, 1));
  EXPECT_THAT(table("a,y\n0,0.5\n0,x\n").examples.targets, IsEmpty());
}

// As the targets of diabetes.csv, 151.0 and 75.0, and those of a table with ages.
TEST(table, takes_many_different_integers_for_targets_or_asks) {
  std::string with_point = "a,y\n", without = "a,age\n";
  for (int i = 0; i < 100; ++i) {
    with_point += fmt::format("0,{}.0\n", 3 * i);
    without += fmt::format("0,{}\n", i);
  }
  EXPECT_EQ(table(with_point).classes, 0);
  EXPECT_EQ(table_error(without),
            "t.csv: column \"age\" holds 100 different integers in 100 examples: set data.task to \"regression\", "
            "or to \"classification\" if they are names of classes; data.label_column names another column");
  EXPECT_EQ(table(without, {.regression = false}).classes, 100);
}

TEST(table, reads_semicolons_with_decimal_commas) {
  EXPECT_THAT(x(table("a;b;y\n5,1;3,5;u\n-4;0,25;v\n")), ElementsAre(5.1, 3.5, -4, 0.25));
  EXPECT_EQ(table_error("a;b;y\n5,1;3;u\n4.5;1;v\n"),
            "t.csv:3: \"4.5\": the file has numbers with a decimal point and with a decimal comma; write all of them "
            "with one");
}

TEST(table, warns_where_points_may_separate_thousands) {
  const auto warnings = [](const std::string& text) { return table(text).contents.warnings; };
  EXPECT_THAT(
      warnings("a;b;y\n1.371;7;u\n912;8;v\n12.500;3;v\n"),
      ElementsAre("all numbers with a point have three digits behind it, such as \"12.500\": if points separate "
                  "thousands, write the numbers without them"));
  EXPECT_THAT(warnings("a;b;y\n1.371;7;u\n0.912;8;v\n12.5;3;v\n"), IsEmpty());
}

TEST(table, reads_true_and_false_as_1_and_0) {
  EXPECT_THAT(x(table("a,y\nTrue,u\nFalse,v\nTRUE,u\nfalse,v\n")), ElementsAre(1, 0, 1, 0));
}

TEST(table, makes_a_feature_of_each_text_of_a_categorical_column) {
  const std::string text = "color,a,y\nred,1,u\nblue,2,v\nred,3,u\n";
  for (const TableOptions& options :
       {TableOptions{.categorical = {"color"}}, TableOptions{.columns = {"color", "a"}}}) {
    const Table read = table(text, options);
    EXPECT_THAT(read.contents.features, ElementsAre("color=blue", "color=red", "a"));
    EXPECT_THAT(x(read), ElementsAre(0, 1, 1, 1, 0, 2, 0, 1, 3));
  }
  EXPECT_THAT(table("c,y\n10,u\n9,v\n10.0,u\n", {.categorical = {"c"}}).contents.features, ElementsAre("c=9", "c=10"));
}

TEST(table, takes_the_columns_that_are_named_and_leaves_out_others) {
  const std::string text = "id,a,name,b,y\n1,2,x,3,u\n2,4,z,5,v\n";
  EXPECT_THAT(x(table(text, {.columns = {"b", "a"}})), ElementsAre(2, 3, 4, 5));
  EXPECT_THAT(x(table(text, {.ignore = {"id", "name"}})), ElementsAre(2, 3, 4, 5));
}

TEST(table, leaves_out_or_marks_missing_values) {
  const std::string text = "a,b,y\n1,2,u\nNA,4,v\n5,,u\n7,8,v\n";
  const Table dropped = table(text, {.missing = MissingValues::drop});
  EXPECT_THAT(x(dropped), ElementsAre(1, 2, 7, 8));
  EXPECT_THAT(dropped.contents.notes, ElementsAre("1 row without a left out", "1 row without b left out"));
  EXPECT_THAT(x(table(text, {.missing = MissingValues::mean})), ElementsAre(1, 2, IsNan(), 4, 5, IsNan(), 7, 8));
  EXPECT_EQ(table("a,y\n1,u\n2,\n3,v\n", {.missing = MissingValues::drop}).rows, 2);
}

TEST(table, takes_a_separator_at_the_end_of_lines_for_no_column) {
  EXPECT_THAT(x(table("a,b,y,\n1,2,u,\n3,4,v,\n")), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(x(table("a,b,y\n1,2,u,\n3,4,v\n")), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(table_error("a,y,\n1,u,2\n"), "t.csv:2: has 3 fields where the first line has 2");
}

TEST(table, refuses_labels_that_hardly_occur_twice) {
  std::string prices = "a,price\n";
  for (int i = 0; i < 20; ++i) prices += fmt::format("0,${}.50\n", i);
  EXPECT_EQ(table_error(prices),
            "t.csv: column \"price\" holds 20 different labels in 20 examples, such as \"$0.50\": write numbers as "
            "1234.5, name another column in data.label_column, or set data.task to \"classification\"");
  EXPECT_EQ(table(prices, {.regression = false}).classes, 20);
}

TEST(table, warns_of_what_is_probably_a_mistake) {
  const auto warnings = [](const std::string& text) { return table(text).contents.warnings; };
  const Table index = table(",a,y\n0,5,u\n1,7,v\n2,8,u\n");
  EXPECT_THAT(x(index), ElementsAre(5, 7, 8));
  EXPECT_THAT(index.contents.warnings,
              ElementsAre("the first column has no name and numbers the rows, as the index that pandas writes: it is "
                          "left out; say so with data.ignore: [\"\"]"));
  EXPECT_THAT(table(",a,y\n0,5,u\n1,7,v\n2,8,u\n", {.ignore = {""}}).contents.warnings, IsEmpty());
  EXPECT_THAT(warnings("id,a,y\n1,5,u\n2,7,v\n3,8,u\n"),
              ElementsAre("column \"id\" numbers the rows; if it only names them, add it to data.ignore"));
  EXPECT_THAT(warnings("a,a,y\n1,5,u\n4,7,v\n"), ElementsAre("several columns are named \"a\""));
  EXPECT_THAT(warnings("a,b,y\n1,5,1\n0,7,0\n1,7,1\n"),
              ElementsAre("column \"a\" equals the label \"y\": name it in data.ignore"));
  EXPECT_THAT(warnings("code,b,y\n3,5,u\n0,7,v\n3,7,u\n"),  // the label with a number for each class
              ElementsAre("column \"code\" equals the label \"y\": name it in data.ignore"));
  EXPECT_THAT(warnings("id,a,y\n1001,5,u\n1002,7,v\n1003,8,u\n"),
              ElementsAre("column \"id\" numbers the rows; if it only names them, add it to data.ignore"));
  EXPECT_THAT(table("a,b,y\n,5,u\n,7,v\n", {.missing = MissingValues::mean}).contents.warnings,
              ElementsAre("column \"a\" has no value at all: name it in data.ignore"));
}

TEST(table, refuses_a_first_line_of_numbers_that_do_not_count) {
  EXPECT_EQ(
      table_error("5.1,3.5,setosa\n4.9,3,setosa\n"),
      "t.csv:1: holds the number \"5.1\" where names of columns are needed: set data.header to false, or put a first "
      "line with the names in front");
  EXPECT_EQ(
      table_error("1,0,x\n2,1,z\n"),
      "t.csv:1: holds the number \"0\" where names of columns are needed: set data.header to false, or put a first "
      "line with the names in front");
  EXPECT_EQ(table_error("0,1,2,y\n5,6,7,0\n7,8,8,1\n"), "no error");
  EXPECT_EQ(table_error("2019,2020,y\n5,6,0\n7,8,1\n"), "no error");
}

TEST(table, numbers_the_columns_of_a_file_without_a_header) {
  const Table read = table("5.1,3.5,7\n4.9,3,8\n", {.header = false});
  EXPECT_THAT(x(read), ElementsAre(5.1, 3.5, 4.9, 3));
  EXPECT_THAT(read.contents.features, ElementsAre("0", "1"));
  EXPECT_THAT(read.contents.class_names, ElementsAre("7", "8"));
  EXPECT_THAT(x(table("7,5,3\n8,4,2\n", {.header = false, .label_column = "0", .ignore = {"1"}})), ElementsAre(3, 2));
  EXPECT_EQ(table_error("1,2\n3\n", {.header = false}), "t.csv:2: has 1 field where the first line has 2");
}

TEST(table, says_what_is_wrong_where_and_which_key_helps) {
  EXPECT_EQ(table_error(""), "t.csv:1: is empty; a header and a line per example are needed");
  EXPECT_EQ(table_error("a\n1\n"),
            "t.csv:1: has one column, \"a\"; features and labels need two or more (data.separator says what stands "
            "between them: comma, semicolon or tab)");
  for (const std::string& text : {std::string("\xff\xfe"
                                              "a\0,\0y\0\n\0",
                                              10),
                                  std::string("PK\3\4\0,\0", 7), std::string("a,y\n1,\xd6l\n")})
    EXPECT_EQ(table_error(text), "t.csv: is not text in UTF-8: save the table as CSV in UTF-8");
  EXPECT_EQ(table_error("a,b\n"), "t.csv:1: has a header but no examples");
  EXPECT_EQ(table_error("width,kind\n1,2\n", {.label_column = "kin"}),
            "t.csv:1: data.label_column: has no column \"kin\"; did you mean \"kind\"? (one of width, kind)");
  EXPECT_EQ(table_error("a,a,y\n1,2,3\n", {.ignore = {"a"}}),
            "t.csv:1: data.ignore: has several columns \"a\"; rename them");
  EXPECT_EQ(table_error("a,y\n1,2\n", {.ignore = {"y"}}), "t.csv:1: data.ignore: \"y\" is the label");
  EXPECT_EQ(table_error("a,b,y\n1,2,3\n1,2\n"), "t.csv:3: has 2 fields where the first line has 3");
  EXPECT_EQ(
      table_error("a,y\n1,2\n3..5,2\n"),
      "t.csv:3: column \"a\" holds \"3..5\", which is not a number such as 1234.5: correct it, or name the column in "
      "data.ignore");
  EXPECT_EQ(table_error("a,y\nred,2\n"),
            "t.csv:2: column \"a\" holds \"red\", which is not a number: name the column in data.label_column if it "
            "holds the labels, in data.categorical for a feature for each of its texts, or in data.ignore");
  EXPECT_EQ(table_error("a,y\n\"1,000\",2\n", {.label_column = "y"}),
            "t.csv:2: column \"a\" holds \"1,000\", which is not a number such as 1234.5: name the column in "
            "data.categorical, for a feature for each of its texts, or in data.ignore");
  EXPECT_EQ(table_error("a,b,y\n1,,2\n,n/a,2\n5,<NA>,2\n", {.missing = MissingValues::drop}),
            "t.csv:4: has no row without gaps, 2 of them in column \"b\": name it in data.ignore");
  EXPECT_EQ(table_error("a,y\nnan,2\n"),
            "t.csv:2: column \"a\" has no value: set data.missing to \"drop\" or \"mean\"");
  EXPECT_EQ(table_error("a,y\n1,\n", {.missing = MissingValues::mean}),
            "t.csv:2: column \"y\" has no label: set data.missing to \"drop\" to leave such rows out");
  EXPECT_EQ(table_error("a,y\n1e39,2\n"),
            "t.csv:2: column \"a\" holds \"1e39\", which is not a number in single precision");
  EXPECT_EQ(table_error("a,y\n1,1e39\n1,0.5\n"),
            "t.csv: column \"y\" holds targets that are no numbers in single precision");
  EXPECT_EQ(table_error("a,y\n1,x\n", {.regression = true}),
            "t.csv:2: column \"y\" holds \"x\", which is not a number");
}

}  // namespace
