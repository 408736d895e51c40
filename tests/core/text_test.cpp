#include "core/text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace descent::core {
namespace {

const std::vector<std::string> schemes{"zeros", "xavier_normal", "xavier_uniform", "he_normal", "he_uniform"};

TEST(text, nearest_finds_misspelled_names) {
  EXPECT_EQ(nearest("he_nromal", schemes), "he_normal");
  EXPECT_EQ(nearest("He-Normal", schemes), "he_normal");
  EXPECT_EQ(nearest("zero", schemes), "zeros");
}

TEST(text, nearest_completes_the_beginning_of_a_name) { EXPECT_EQ(nearest("xavier", schemes), "xavier_normal"); }

TEST(text, nearest_does_not_guess) {
  EXPECT_EQ(nearest("kaiming", schemes), std::nullopt);
  EXPECT_EQ(nearest("", schemes), std::nullopt);
  EXPECT_EQ(nearest(std::string(100000, 'x'), schemes), std::nullopt);
  EXPECT_EQ(nearest("zeros", {}), std::nullopt);
}

TEST(text, did_you_mean_is_empty_without_a_suggestion) {
  EXPECT_EQ(did_you_mean("zero", schemes), "; did you mean \"zeros\"?");
  EXPECT_EQ(did_you_mean("kaiming", schemes), "");
}

TEST(text, printable_replaces_control_characters) {
  EXPECT_EQ(printable("na\xc3\xafve ± 1"), "na\xc3\xafve ± 1");
  EXPECT_EQ(printable("a\x1b]0;b\a\x7f\xc2\x9bm\xff\xc2"), "a?]0;b???m??");
  EXPECT_EQ(printable("two\nlines\tand\r"), "two lines and?");
}

TEST(text, quoted_truncates_and_replaces_control_characters) {
  EXPECT_EQ(quoted("plain"), "\"plain\"");
  EXPECT_EQ(quoted("a\x1b[31m\n\xff"), "\"a?[31m ?\"");
  EXPECT_EQ(quoted("na\xc3\xafve"), "\"na\xc3\xafve\"");
  EXPECT_EQ(quoted("abcdef", 3), "\"abc...\"");
  EXPECT_EQ(quoted("ab\xc3\xaf", 3), "\"ab...\"");
}

TEST(text, split_and_join_are_inverse) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), std::vector<std::string>{""});
  EXPECT_EQ(join(split("a,,b", ','), ","), "a,,b");
  EXPECT_EQ(join({}, ","), "");
}

TEST(text, find_invalid_utf8_accepts_every_length) {
  EXPECT_EQ(find_invalid_utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), std::nullopt);
}

TEST(text, find_invalid_utf8_gives_the_first_bad_byte) {
  EXPECT_EQ(find_invalid_utf8("ab\xff"), 2u);
  EXPECT_EQ(find_invalid_utf8("ab\xc3"), 2u);            // cut off
  EXPECT_EQ(find_invalid_utf8("\xc0\xaf"), 0u);          // overlong
  EXPECT_EQ(find_invalid_utf8("\xe0\x80\xaf"), 0u);      // overlong
  EXPECT_EQ(find_invalid_utf8("\xed\xa0\x80"), 0u);      // surrogate
  EXPECT_EQ(find_invalid_utf8("\xf4\x90\x80\x80"), 0u);  // above U+10FFFF
  EXPECT_EQ(find_invalid_utf8("x\x80"), 1u);             // continuation alone
}

TEST(text, format_number_is_the_shortest_that_reads_back) {
  EXPECT_EQ(format_number(0.1), "0.1");
  EXPECT_EQ(format_number(64), "64");
  EXPECT_EQ(format_number(1e300), "1e+300");
  EXPECT_EQ(std::stod(format_number(1 / 3.)), 1 / 3.);
  EXPECT_EQ(format_number(std::nan("")), "nan");
  EXPECT_EQ(format_number(-std::numeric_limits<double>::infinity()), "-inf");
}

}  // namespace
}  // namespace descent::core
