#include "report/canvas.h"

#include <gtest/gtest.h>

#include <cmath>

namespace descent::report {
namespace {

Line line(const std::string& name, const std::vector<double>& x, const std::vector<double>& y) {
  return {name, x, y, {}, {}};
}

TEST(canvas, draws_a_line_between_its_axes_with_its_name_at_its_end) {
  EXPECT_EQ(
      draw({"test error", "width", false, {line("a", {0, 1}, {0, 1})}}, {.width = 30, .height = 9, .braille = false}),
      "     test error\n"
      "  1 |                  *** * a\n"
      "    |               ***\n"
      "    |           ****\n"
      "0.5 |        ***\n"
      "    |    ****\n"
      "  0 |****\n"
      "    +---------------------\n"
      "     0       width       1\n");
}

TEST(canvas, has_ticks_that_differ_on_a_nearly_flat_line) {
  const std::string text = draw({"", "x", false, {line("", {0, 1}, {2.302, 2.304})}}, {.width = 40, .height = 9});
  for (const char* tick : {"2.304 ", "2.303 ", "2.302 "}) EXPECT_NE(text.find(tick), text.npos) << tick << text;
}

TEST(canvas, draws_eight_dots_to_a_character_in_braille) {
  const std::string text = draw({"", "x", false, {line("", {0, 1}, {0, 1})}}, {.width = 30, .height = 9});
  EXPECT_NE(text.find("⣀"), text.npos) << text;
}

TEST(canvas, tells_lines_apart_by_marks_or_colors) {
  const Drawing two{"", "x", false, {line("up", {0, 1}, {0, 1}), line("down", {0, 1}, {1, 0})}};
  const std::string marked = draw(two, {.width = 40, .height = 12, .braille = false});
  EXPECT_NE(marked.find("* up"), marked.npos) << marked;
  EXPECT_NE(marked.find("o down"), marked.npos) << marked;
  EXPECT_NE(draw(two, {.color = true}).find("\x1b[31mdown\x1b[0m"), std::string::npos);
}

TEST(canvas, shows_intervals) {
  Line with = line("", {0, 0.5, 1}, {1, 1, 1});
  with.low = {1, 0, 1};
  with.high = {1, 2, 1};
  const std::string text = draw({"", "x", false, {with}}, {.width = 30, .height = 11, .braille = false});
  EXPECT_NE(text.find("2 |            *\n"), text.npos) << text;  // the axis spans the interval
}

TEST(canvas, leaves_out_what_an_axis_cannot_show) {
  const Drawing drawing{"loss", "x", true, {line("a", {0, 1, 10, 100}, {1, NAN, 10, 0.1})}};
  const std::string text = draw(drawing, {.width = 40, .height = 9, .braille = false});
  EXPECT_NE(text.find(" 10 |"), text.npos) << text;
  EXPECT_NE(text.find("\n     1  "), text.npos) << text;  // the axis begins at 1
  EXPECT_EQ(draw({"loss", "x", false, {line("a", {0}, {INFINITY})}}, {}), "loss: nothing to draw\n");
}

}  // namespace
}  // namespace descent::report
