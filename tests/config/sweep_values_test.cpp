#include "config/source.h"

#include <gtest/gtest.h>

namespace descent::config {
namespace {

std::string values_of(std::string_view text) {
  const Source source;
  Problems problems("x.json", source);
  Json values = Json::array();
  for (SweepValue& value : sweep_values(parse_value(text), "", "sweep model.width", problems))
    values.push_back(std::move(value.json));
  return problems.empty() ? compact(values) : problems.list()[0].message;
}

TEST(sweep_values, a_list_is_used_unchanged) { EXPECT_EQ(values_of(R"([1, "a", null, [2]])"), R"([1,"a",null,[2]])"); }

TEST(sweep_values, a_range_includes_its_end_if_a_step_reaches_it) {
  EXPECT_EQ(values_of(R"({"range": [1, 7, 3]})"), "[1,4,7]");
  EXPECT_EQ(values_of(R"({"range": [1, 8, 3]})"), "[1,4,7]");
  EXPECT_EQ(values_of(R"({"range": [3, 3, 1]})"), "[3]");
}

TEST(sweep_values, a_range_can_descend) { EXPECT_EQ(values_of(R"({"range": [5, 1, -2]})"), "[5,3,1]"); }

TEST(sweep_values, a_range_of_fractions_has_no_rounding_errors) {
  EXPECT_EQ(values_of(R"({"range": [0.1, 0.5, 0.1]})"), "[0.1,0.2,0.3,0.4,0.5]");
}

TEST(sweep_values, a_logspace_is_even_on_a_logarithmic_scale) {
  EXPECT_EQ(values_of(R"({"logspace": [0.0001, 0.1, 4]})"), "[1e-04,0.001,0.01,0.1]");
  EXPECT_EQ(values_of(R"({"logspace": [100.0, 1, 3]})"), "[100,10,1]");
}

TEST(sweep_values, a_logspace_of_integers_is_rounded_without_repeats) {
  EXPECT_EQ(values_of(R"({"logspace": [1, 8, 9]})"), "[1,2,3,4,5,6,8]");
}

TEST(sweep_values, extreme_ends_do_not_overflow) {
  EXPECT_EQ(values_of(R"({"logspace": [1e-300, 1e300, 3]})"), "[1e-300,1,1e+300]");
  EXPECT_EQ(values_of(R"({"range": [-1e308, 1e308, 1e-308]})"), "more than 100000 values");
}

TEST(sweep_values, values_point_to_their_position_or_that_of_their_range) {
  const Source source;
  Problems problems("x.json", source);
  EXPECT_EQ(sweep_values(parse_value(R"({"range": [1, 2, 1]})"), "/a", "", problems)[1].pointer, "/a/range");
  EXPECT_EQ(sweep_values(parse_value("[3, 4]"), "/a", "", problems)[1].pointer, "/a/1");
}

}  // namespace
}  // namespace descent::config
