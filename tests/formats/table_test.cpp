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

TEST(table, uses_the_last_column_as_labels_by_default) {
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

TEST(table, treats_all_spellings_of_a_number_as_one_class) {
  const Table read = table("a,y\n1,1\n2,1.0\n3,+1\n4,01\n5,0\n6,0.0\n7,-0\n");
  EXPECT_THAT(read.contents.class_names, ElementsAre("0", "1"));
  EXPECT_THAT(read.examples.y, ElementsAre(1, 1, 1, 1, 0, 0, 0));
  EXPECT_EQ(table("a,y\n1,\"x\"\n2,x\n3, \"x\"\n4,z\n").classes, 2);
}

TEST(table, treats_labels_with_a_fraction_as_real_targets_and_others_on_request) {
  EXPECT_THAT(table("a,y\n0,0.5\n0,2\n").examples.targets, ElementsAre(0.5, 2));
  EXPECT_EQ(table("a,y\n0,0.5\n0,2\n").classes, 0);
  EXPECT_THAT(table("a,y\n0,1\n0,2\n", {.regression = true}).examples.targets, ElementsAre(1, 2));
  EXPECT_THAT(table("a,y\n0,0.5\n0,2\n", {.regression = false}).examples.y, ElementsAre(0, 1));
  EXPECT_THAT(table("a,y\n0,0.5\n0,x\n").examples.targets, IsEmpty());
}

// Like the targets of diabetes.csv, 151.0 and 75.0, and like a column of ages.
TEST(table, treats_many_different_integers_as_targets_or_refuses_them) {
  std::string with_point = "a,y\n", without = "a,age\n";
  for (int i = 0; i < 100; ++i) {
    with_point += fmt::format("0,{}.0\n", 3 * i);
    without += fmt::format("0,{}\n", i);
  }
  EXPECT_EQ(table(with_point).classes, 0);
  EXPECT_EQ(table_error(without),
            "t.csv: column \"age\" has 100 different integers in 100 examples: set data.task to \"regression\", or to "
            "\"classification\" if they are class labels; or set data.label_column to another column");
  EXPECT_EQ(table(without, {.regression = false}).classes, 100);
}

TEST(table, reads_semicolons_with_decimal_commas) {
  EXPECT_THAT(x(table("a;b;y\n5,1;3,5;u\n-4;0,25;v\n")), ElementsAre(5.1, 3.5, -4, 0.25));
  EXPECT_EQ(
      table_error("a;b;y\n5,1;3;u\n4.5;1;v\n"),
      "t.csv:3: \"4.5\": the file has numbers with a decimal point and numbers with a decimal comma; use one of them");
}

TEST(table, warns_if_points_may_be_thousands_separators) {
  const auto warnings = [](const std::string& text) { return table(text).contents.warnings; };
  EXPECT_THAT(warnings("a;b;y\n1.371;7;u\n912;8;v\n12.500;3;v\n"),
              ElementsAre("all numbers with a point have three digits after it, such as \"12.500\": if the points are "
                          "thousands separators, remove them"));
  EXPECT_THAT(warnings("a;b;y\n1.371;7;u\n0.912;8;v\n12.5;3;v\n"), IsEmpty());
}

TEST(table, reads_true_and_false_as_1_and_0) {
  EXPECT_THAT(x(table("a,y\nTrue,u\nFalse,v\nTRUE,u\nfalse,v\n")), ElementsAre(1, 0, 1, 0));
}

TEST(table, one_hot_encodes_a_categorical_column) {
  const std::string text = "color,a,y\nred,1,u\nblue,2,v\nred,3,u\n";
  for (const TableOptions& options :
       {TableOptions{.categorical = {"color"}}, TableOptions{.columns = {"color", "a"}}}) {
    const Table read = table(text, options);
    EXPECT_THAT(read.contents.features, ElementsAre("color=blue", "color=red", "a"));
    EXPECT_THAT(x(read), ElementsAre(0, 1, 1, 1, 0, 2, 0, 1, 3));
  }
  EXPECT_THAT(table("c,y\n10,u\n9,v\n10.0,u\n", {.categorical = {"c"}}).contents.features, ElementsAre("c=9", "c=10"));
}

TEST(table, uses_the_named_columns_and_ignores_others) {
  const std::string text = "id,a,name,b,y\n1,2,x,3,u\n2,4,z,5,v\n";
  EXPECT_THAT(x(table(text, {.columns = {"b", "a"}})), ElementsAre(2, 3, 4, 5));
  EXPECT_THAT(x(table(text, {.ignore = {"id", "name"}})), ElementsAre(2, 3, 4, 5));
}

TEST(table, drops_or_marks_missing_values) {
  const std::string text = "a,b,y\n1,2,u\nNA,4,v\n5,,u\n7,8,v\n";
  const Table dropped = table(text, {.missing = MissingValues::drop});
  EXPECT_THAT(x(dropped), ElementsAre(1, 2, 7, 8));
  EXPECT_THAT(dropped.contents.notes, ElementsAre("1 row without a dropped", "1 row without b dropped"));
  EXPECT_THAT(x(table(text, {.missing = MissingValues::mean})), ElementsAre(1, 2, IsNan(), 4, 5, IsNan(), 7, 8));
  EXPECT_EQ(table("a,y\n1,u\n2,\n3,v\n", {.missing = MissingValues::drop}).rows, 2);
}

TEST(table, ignores_trailing_separators) {
  EXPECT_THAT(x(table("a,b,y,\n1,2,u,\n3,4,v,\n")), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(x(table("a,b,y\n1,2,u,\n3,4,v\n")), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(table_error("a,y,\n1,u,2\n"), "t.csv:2: has 3 fields, but the first line has 2");
}

TEST(table, refuses_labels_that_are_nearly_all_different) {
  std::string prices = "a,price\n";
  for (int i = 0; i < 20; ++i) prices += fmt::format("0,${}.50\n", i);
  EXPECT_EQ(table_error(prices),
            "t.csv: column \"price\" has 20 different labels in 20 examples, such as \"$0.50\": write numbers as "
            "1234.5, set data.label_column to another column, or set data.task to \"classification\"");
  EXPECT_EQ(table(prices, {.regression = false}).classes, 20);
}

TEST(table, warns_of_probable_mistakes) {
  const auto warnings = [](const std::string& text) { return table(text).contents.warnings; };
  const Table index = table(",a,y\n0,5,u\n1,7,v\n2,8,u\n");
  EXPECT_THAT(x(index), ElementsAre(5, 7, 8));
  EXPECT_THAT(index.contents.warnings,
              ElementsAre("the first column has no name and numbers the rows, like an index written by pandas: it is "
                          "ignored; to silence this warning, set data.ignore to [\"\"]"));
  EXPECT_THAT(table(",a,y\n0,5,u\n1,7,v\n2,8,u\n", {.ignore = {""}}).contents.warnings, IsEmpty());
  EXPECT_THAT(warnings("id,a,y\n1,5,u\n2,7,v\n3,8,u\n"),
              ElementsAre("column \"id\" numbers the rows; if it is an ID, name it in data.ignore"));
  EXPECT_THAT(warnings("a,a,y\n1,5,u\n4,7,v\n"), ElementsAre("several columns are named \"a\""));
  EXPECT_THAT(warnings("a,b,y\n1,5,1\n0,7,0\n1,7,1\n"),
              ElementsAre("column \"a\" equals the label \"y\": name it in data.ignore"));
  EXPECT_THAT(warnings("code,b,y\n3,5,u\n0,7,v\n3,7,u\n"),  // the label with a number for each class
              ElementsAre("column \"code\" equals the label \"y\": name it in data.ignore"));
  EXPECT_THAT(warnings("id,a,y\n1001,5,u\n1002,7,v\n1003,8,u\n"),
              ElementsAre("column \"id\" numbers the rows; if it is an ID, name it in data.ignore"));
  EXPECT_THAT(table("a,b,y\n,5,u\n,7,v\n", {.missing = MissingValues::mean}).contents.warnings,
              ElementsAre("column \"a\" has no values: name it in data.ignore"));
}

TEST(table, refuses_a_header_of_numbers_that_are_not_consecutive) {
  EXPECT_EQ(table_error("5.1,3.5,setosa\n4.9,3,setosa\n"),
            "t.csv:1: the first line contains the number \"5.1\" instead of the names of the columns: set data.header "
            "to false, or add a line with the names");
  EXPECT_EQ(table_error("1,0,x\n2,1,z\n"),
            "t.csv:1: the first line contains the number \"0\" instead of the names of the columns: set data.header to "
            "false, or add a line with the names");
  EXPECT_EQ(table_error("0,1,2,y\n5,6,7,0\n7,8,8,1\n"), "no error");
  EXPECT_EQ(table_error("2019,2020,y\n5,6,0\n7,8,1\n"), "no error");
}

TEST(table, numbers_the_columns_of_a_file_without_a_header) {
  const Table read = table("5.1,3.5,7\n4.9,3,8\n", {.header = false});
  EXPECT_THAT(x(read), ElementsAre(5.1, 3.5, 4.9, 3));
  EXPECT_THAT(read.contents.features, ElementsAre("0", "1"));
  EXPECT_THAT(read.contents.class_names, ElementsAre("7", "8"));
  EXPECT_THAT(x(table("7,5,3\n8,4,2\n", {.header = false, .label_column = "0", .ignore = {"1"}})), ElementsAre(3, 2));
  EXPECT_EQ(table_error("1,2\n3\n", {.header = false}), "t.csv:2: has 1 field, but the first line has 2");
}

TEST(table, reports_problems_with_line_and_remedy) {
  EXPECT_EQ(table_error(""), "t.csv:1: the file is empty; expected a header and a line per example");
  EXPECT_EQ(table_error("a\n1\n"),
            "t.csv:1: the table has one column, \"a\", but needs features and labels (if the separator is wrong, set "
            "data.separator to comma, semicolon or tab)");
  for (const std::string& text : {std::string("\xff\xfe"
                                              "a\0,\0y\0\n\0",
                                              10),
                                  std::string("PK\3\4\0,\0", 7), std::string("a,y\n1,\xd6l\n")})
    EXPECT_EQ(table_error(text), "t.csv: not UTF-8 text: save the table as CSV in UTF-8");
  EXPECT_EQ(table_error("a,b\n"), "t.csv:1: the table has a header but no examples");
  EXPECT_EQ(table_error("width,kind\n1,2\n", {.label_column = "kin"}),
            "t.csv:1: data.label_column: there is no column \"kin\"; did you mean \"kind\"? (one of width, kind)");
  EXPECT_EQ(table_error("a,a,y\n1,2,3\n", {.ignore = {"a"}}),
            "t.csv:1: data.ignore: there are several columns \"a\"; rename them");
  EXPECT_EQ(table_error("a,y\n1,2\n", {.ignore = {"y"}}), "t.csv:1: data.ignore: \"y\" is the label column");
  EXPECT_EQ(table_error("a,b,y\n1,2,3\n1,2\n"), "t.csv:3: has 2 fields, but the first line has 3");
  EXPECT_EQ(table_error("a,y\n1,2\n3..5,2\n"),
            "t.csv:3: column \"a\" contains \"3..5\", which is not a number such as 1234.5: correct it, or name the "
            "column in data.ignore");
  EXPECT_EQ(table_error("a,y\nred,2\n"),
            "t.csv:2: column \"a\" contains \"red\", which is not a number: name the column in data.label_column if it "
            "contains the labels, in data.categorical to one-hot encode it, or in data.ignore");
  EXPECT_EQ(table_error("a,y\n\"1,000\",2\n", {.label_column = "y"}),
            "t.csv:2: column \"a\" contains \"1,000\", which is not a number such as 1234.5: name the column in "
            "data.categorical to one-hot encode it, or in data.ignore");
  EXPECT_EQ(table_error("a,b,y\n1,,2\n,n/a,2\n5,<NA>,2\n", {.missing = MissingValues::drop}),
            "t.csv:4: every row has a missing value, 2 of them in column \"b\": name it in data.ignore");
  EXPECT_EQ(table_error("a,y\nnan,2\n"),
            "t.csv:2: column \"a\" has no value: set data.missing to \"drop\" or \"mean\"");
  EXPECT_EQ(table_error("a,y\n1,\n", {.missing = MissingValues::mean}),
            "t.csv:2: column \"y\" has no label: set data.missing to \"drop\" to drop such rows");
  EXPECT_EQ(table_error("a,y\n1e39,2\n"),
            "t.csv:2: column \"a\" contains \"1e39\", which is too large for single precision");
  EXPECT_EQ(table_error("a,y\n1,1e39\n1,0.5\n"),
            "t.csv: column \"y\" contains targets that are too large for single precision");
  EXPECT_EQ(table_error("a,y\n1,x\n", {.regression = true}),
            "t.csv:2: column \"y\" contains \"x\", which is not a number");
}

}  // namespace
