#include "report/charts/chart.h"

#include <gtest/gtest.h>

#include <cmath>

namespace descent::report {
namespace {

TEST(chart, has_its_rows_as_csv_with_types) {
  Rows rows({"x", "y"}, {"kind", "label"});
  rows.add({0.1234567, NAN}, {"mean", "a, \"b\""});
  rows.add({2, INFINITY}, {"run", "c"});
  EXPECT_EQ(rows.data()["values"], "x,y,kind,label\n0.12346,,mean,\"a, \"\"b\"\"\"\n2,,run,c");
  EXPECT_EQ(rows.data()["format"].dump(),
            R"({"type":"csv","parse":{"x":"number","y":"number","kind":"string","label":"string"}})");
}

TEST(chart, has_small_multiples_only_for_several_panels) {
  Rows rows({"x"}, {"panel"});
  rows.add({1}, {"a"});
  EXPECT_EQ(panels(rows, {"a"}, Json::array(), 300)["height"], 300);
  const Json many = panels(rows, {"b", "a"}, Json::array(), 300);
  EXPECT_EQ(many["facet"]["sort"].dump(), R"(["b","a"])");
  EXPECT_EQ(many["columns"], 2);
}

TEST(chart, has_a_legend_only_for_several_series) {
  EXPECT_TRUE(colors({"test"}, "")["legend"].is_null());
  EXPECT_EQ(colors({"he", "xavier"}, "init")["legend"]["title"], "init");
}

}  // namespace
}  // namespace descent::report
