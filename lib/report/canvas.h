#pragma once
// Draws curves as text, in Braille (eight dots per character) or ASCII.

#include <cstddef>
#include <string>
#include <vector>

namespace descent::report {

// y against x, in ascending order of x. `low` and `high` are the intervals of y; empty for a line without them.
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
  std::size_t width = 80, height = 18;  // in characters, including titles, axes and names
  bool braille = true;
  bool color = false;
};

// True if an automatic axis for values in this range is logarithmic.
inline bool spans_decades(double min, double max) { return min > 0 && max > 50 * min; }

// The lines, each with its name after its end. Values that are not finite, or not positive on a logarithmic axis, are
// omitted; "nothing to draw" if none remains.
std::string draw(const Drawing& drawing, const CanvasOptions& options);

}  // namespace descent::report
