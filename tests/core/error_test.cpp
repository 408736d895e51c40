#include "core/error.h"

#include <gtest/gtest.h>

namespace descent::core {
namespace {

TEST(error, a_problem_shows_file_line_column_path_and_message) {
  EXPECT_EQ((Problem{"x.json", 14, 17, "model.norm", "unknown norm"}.text()), "x.json:14:17: model.norm: unknown norm");
}

TEST(error, a_problem_omits_unknown_parts) {
  EXPECT_EQ((Problem{"x.json", 0, 0, "", "no such file"}.text()), "x.json: no such file");
  EXPECT_EQ((Problem{"", 0, 0, "model.width", "missing"}.text()), "model.width: missing");
  EXPECT_EQ((Problem{"", 3, 4, "", "missing"}.text()), "line 3:4: missing");
}

TEST(error, an_input_error_shows_each_problem_on_a_line) {
  const InputError error(std::vector{Problem{.file = "a", .message = "one"}, Problem{.file = "b", .message = "two"}});
  EXPECT_STREQ(error.what(), "a: one\nb: two");
  EXPECT_EQ(error.problems().size(), 2u);
}

TEST(error, a_message_alone_is_one_problem) {
  const InputError error("no such command");
  ASSERT_EQ(error.problems().size(), 1u);
  EXPECT_EQ(error.problems()[0].text(), "no such command");
}

}  // namespace
}  // namespace descent::core
