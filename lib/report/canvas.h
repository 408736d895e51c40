#pragma once
// Curves as text: in Braille, eight dots to a character, or in ASCII.

#include <cstddef>
#include <string>
#include <vector>

namespace descent::report {

// y over x, in ascending order of x. `low` and `high`, where given, are an interval of each y.
struct Line {
  std::string name;
  std::vector<double> x, y, low{}, high{};
};

struct Drawing {
  std::string title, x_title;
  bool log_x = false;
  std::vector<Line> lines;
};

struct CanvasOptions {
  std::size_t width = 80, height = 18;  // characters, with titles, axes and names
  bool braille = true;
  bool color = false;
};

// Whether values of this range are shown on a logarithmic axis, where no one has chosen.
inline bool spans_decades(double least, double most) { return least > 0 && most > 50 * least; }

// The lines with their names behind their ends. Values that are not finite, or not positive on a logarithmic axis, are
// left out; "nothing to draw" where none is left.
std::string draw(const Drawing& drawing, const CanvasOptions& options);

}  // namespace descent::report
