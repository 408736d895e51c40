#include "report/canvas.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace descent::report {
namespace {

constexpr std::string_view marks = "*o+x#@%&";             // of the lines in ASCII
constexpr std::array ansi_colors{34, 31, 32, 35, 36, 33};  // ANSI: blue, red, green, magenta, cyan, yellow

struct AxisRange {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  bool logarithmic = false;

  bool shows(double value) const { return std::isfinite(value) && (!logarithmic || value > 0); }
  void include(double value) {
    if (!shows(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  double share(double value) const {
    if (high == low) return 0.5;
    return logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
  }
  double at(double share) const { return logarithmic ? low * std::pow(high / low, share) : low + share * (high - low); }
};

// A grid of dots with the line that last drew into each character.
class Canvas {
 public:
  Canvas(std::size_t width, std::size_t height, bool braille)
      : width_(width), height_(height), braille_(braille), across_(braille ? 2 : 1), down_(braille ? 4 : 1),
        dots_(width * height), owner_(width * height) {}

  // Positions from 0 to 1, y upwards.
  void dot(double x, double y, std::size_t line) {
    if (x < 0 || x > 1 || y < 0 || y > 1) return;
    const std::size_t column = position(x, width_ * across_), row = position(1 - y, height_ * down_);
    const std::size_t cell = row / down_ * width_ + column / across_;
    dots_[cell] |= static_cast<unsigned char>(1u << (column % across_ * down_ + row % down_));
    owner_[cell] = line;
  }

  // Draws every `step`-th dot.
  void segment(double x0, double y0, double x1, double y1, std::size_t line, int step = 1) {
    const double length = std::max(std::abs(x1 - x0) * static_cast<double>(width_ * across_),
                                   std::abs(y1 - y0) * static_cast<double>(height_ * down_));
    const int count = std::max(1, static_cast<int>(std::ceil(length)));
    for (int i = 0; i <= count; i += step) {
      const double share = static_cast<double>(i) / count;
      dot(x0 + share * (x1 - x0), y0 + share * (y1 - y0), line);
    }
  }

  std::string row(std::size_t row, bool color) const {
    std::string text;
    for (std::size_t column = 0; column < width_; ++column) {
      const std::size_t cell = row * width_ + column;
      if (dots_[cell] == 0) text += ' ';
      else if (color)
        text += fmt::format("\x1b[{}m{}\x1b[0m", ansi_colors[owner_[cell] % ansi_colors.size()], character(cell));
      else text += character(cell);
    }
    return text;
  }

 private:
  static std::size_t position(double share, std::size_t count) {
    return std::min(static_cast<std::size_t>(share * static_cast<double>(count)), count - 1);
  }

  std::string character(std::size_t cell) const {
    if (!braille_) return std::string(1, marks[owner_[cell] % marks.size()]);
    // The left column of dots has the bits 0, 1, 2 and 6, the right one 3, 4, 5 and 7 (Unicode, U+2800).
    constexpr std::array bits{0, 1, 2, 6, 3, 4, 5, 7};
    unsigned pattern = 0;
    for (unsigned dot = 0; dot < bits.size(); ++dot)
      if (dots_[cell] >> dot & 1) pattern |= 1u << bits[dot];
    return {'\xE2', static_cast<char>(0xA0 + (pattern >> 6)), static_cast<char>(0x80 + (pattern & 0x3f))};
  }

  std::size_t width_, height_;
  bool braille_;
  std::size_t across_, down_;
  std::vector<unsigned char> dots_;
  std::vector<std::size_t> owner_;
};

std::string tick_text(double value, int digits = 3) { return fmt::format("{:.{}g}", value, digits); }

// The names of the lines by row: each at the row where its line ends, or the nearest free one.
std::vector<std::string> names_by_row(const Drawing& drawing, const AxisRange& y, std::size_t height, bool braille,
                                      bool color) {
  std::vector<std::string> names(height);
  for (std::size_t i = 0; i < drawing.lines.size(); ++i) {
    const Line& line = drawing.lines[i];
    const auto last = std::ranges::find_if(line.y.rbegin(), line.y.rend(), [&](double v) { return y.shows(v); });
    if (last == line.y.rend() || line.name.empty()) continue;
    const auto wanted = static_cast<std::ptrdiff_t>((1 - y.share(*last)) * static_cast<double>(height - 1) + 0.5);
    for (std::ptrdiff_t away = 0; away < 2 * static_cast<std::ptrdiff_t>(height); ++away) {
      const std::ptrdiff_t row = wanted + (away % 2 ? 1 : -1) * ((away + 1) / 2);
      if (row < 0 || row >= static_cast<std::ptrdiff_t>(height) || !names[static_cast<std::size_t>(row)].empty())
        continue;
      std::string name = line.name;
      if (!braille) name = fmt::format("{} {}", marks[i % marks.size()], name);
      if (color) name = fmt::format("\x1b[{}m{}\x1b[0m", ansi_colors[i % ansi_colors.size()], name);
      names[static_cast<std::size_t>(row)] = name;
      break;
    }
  }
  return names;
}

void draw_line(const Line& line, std::size_t index, const AxisRange& x, const AxisRange& y, Canvas& canvas) {
  constexpr std::size_t max_bars = 24;  // with more points, the intervals are two dotted lines
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    if (!x.shows(line.x[i])) continue;
    const double here = x.share(line.x[i]);
    const bool continues = i > 0 && x.shows(line.x[i - 1]);
    const auto connect = [&](const std::vector<double>& values, int step) {
      if (!y.shows(values[i])) return;
      if (continues && y.shows(values[i - 1]))
        canvas.segment(x.share(line.x[i - 1]), y.share(values[i - 1]), here, y.share(values[i]), index, step);
      else canvas.dot(here, y.share(values[i]), index);
    };
    connect(line.y, 1);
    if (line.low.empty()) continue;
    if (line.x.size() > max_bars) {
      connect(line.low, 4);
      connect(line.high, 4);
    } else if (y.shows(line.low[i]) && y.shows(line.high[i])) {
      canvas.segment(here, y.share(line.low[i]), here, y.share(line.high[i]), index, 2);
    }
  }
}

}  // namespace

std::string draw(const Drawing& drawing, const CanvasOptions& options) {
  AxisRange means;
  for (const Line& line : drawing.lines)
    for (const double value : line.y) means.include(value);
  AxisRange x{.logarithmic = drawing.log_x}, y{.logarithmic = spans_decades(means.low, means.high)};
  std::size_t longest = 0;
  for (const Line& line : drawing.lines) {
    for (const double value : line.x) x.include(value);
    for (const auto* values : {&line.y, &line.low, &line.high})
      for (const double value : *values) y.include(value);
    longest = std::max(longest, line.name.size() + (options.braille ? 0 : 2));
  }
  if (x.low > x.high || y.low > y.high) return drawing.title + ": nothing to draw\n";

  std::array<std::string, 3> ticks;
  for (int digits = 3; digits <= 8; ++digits) {  // enough digits to distinguish the three
    ticks = {tick_text(y.high, digits), tick_text(y.at(0.5), digits), tick_text(y.low, digits)};
    if (ticks[0] != ticks[1] && ticks[1] != ticks[2]) break;
  }
  const std::size_t margin = std::ranges::max(ticks, {}, &std::string::size).size() + 2, rest = margin + longest + 1,
                    width = std::max<std::size_t>(options.width, rest + 20) - rest,
                    height = std::max<std::size_t>(options.height, 8) - 3;
  Canvas canvas(width, height, options.braille);
  for (std::size_t i = 0; i < drawing.lines.size(); ++i) draw_line(drawing.lines[i], i, x, y, canvas);
  const auto names = names_by_row(drawing, y, height, options.braille, options.color);

  const std::string bar = options.braille ? "│" : "|", corner = options.braille ? "└" : "+",
                    dash = options.braille ? "─" : "-";
  std::string text = fmt::format("{:{}}{}\n", "", margin, drawing.title);
  for (std::size_t row = 0; row < height; ++row) {
    const std::string& tick = row == 0 ? ticks[0] : row == height / 2 ? ticks[1] : row == height - 1 ? ticks[2] : "";
    std::string line = fmt::format("{:>{}} {}{}", tick, margin - 2, bar, canvas.row(row, options.color));
    if (names[row].empty()) line.erase(line.find_last_not_of(' ') + 1);
    else line += " " + names[row];
    text += line + "\n";
  }
  text += std::string(margin - 1, ' ') + corner;
  for (std::size_t i = 0; i < width; ++i) text += dash;
  const std::string first = tick_text(x.low), last = tick_text(x.high);
  const std::size_t between = width - std::min(width, first.size() + last.size());
  text += fmt::format("\n{:{}}{}{:^{}}{}\n", "", margin, first, drawing.x_title, between, last);
  return text;
}

}  // namespace descent::report
