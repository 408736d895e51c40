#include "report/table.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>

#include "config/key_names.h"
#include "core/text.h"

namespace descent::report {
namespace {

using Row = std::vector<std::string>;

// Splits text into lines of at most `width` characters, at spaces if possible, otherwise after '_', '.' or ','.
std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (width_of(text) > width) {
    std::size_t cut = 0;
    for (std::size_t seen = 0; seen <= width; ++cut) seen += core::starts_character(text[cut]);
    const std::string_view fits = text.substr(0, --cut);
    if (const std::size_t space = text.substr(0, cut + 1).rfind(' '); space != text.npos && space > 0) cut = space;
    else if (const std::size_t sign = fits.find_last_of("_.,"); sign != text.npos) cut = sign + 1;
    lines.emplace_back(text.substr(0, cut));
    text.remove_prefix(cut);
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(' ')));
  }
  lines.emplace_back(text);
  return lines;
}

// Narrows the widest columns until the lines fit, but none below `min_width`.
void narrow(std::vector<std::size_t>& widths, std::size_t line) {
  constexpr std::size_t min_width = 12;
  for (;;) {
    std::size_t total = 2 * (widths.size() - 1);
    for (const std::size_t width : widths) total += width;
    const auto widest = std::ranges::max_element(widths);
    if (total <= line || *widest <= min_width) return;
    *widest = std::max(min_width, *widest - std::min(*widest, total - line));
  }
}

}  // namespace

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, core::starts_character));
}

std::string mean_text(const std::optional<stats::Description>& measure) {
  if (!measure) return "-";
  const double half = measure->sd ? *measure->high - measure->mean : 0;
  if (!measure->sd || half == 0 || !std::isfinite(half)) return fmt::format("{:.4g}", measure->mean);
  const auto magnitude = [](double number) { return static_cast<int>(std::floor(std::log10(std::abs(number)))); };
  constexpr int max_digits = 4;
  const int decimals = std::max(0, 1 - magnitude(half));  // two digits of the interval
  if (magnitude(std::max(half, std::abs(measure->mean))) + 1 + decimals > max_digits)
    return fmt::format("{:.{}g} ± {:.2g}", measure->mean, max_digits, half);
  return fmt::format("{:.{}f} ± {:.{}f}", measure->mean, decimals, half, decimals);
}

std::vector<std::string> short_factors(const plan::Plan& plan) {
  std::vector<std::string> names;
  for (const std::string& factor : plan.factors) names.push_back(config::short_name(factor));
  return names;
}

std::string format_table(std::vector<Row> rows, const Screen& screen, const std::vector<std::size_t>& left) {
  for (Row& row : rows) std::ranges::transform(row, row.begin(), core::printable);
  std::vector<std::size_t> widths(rows[0].size());
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  narrow(widths, screen.width);
  std::string text;
  for (const Row& row : rows) {
    std::vector<std::vector<std::string>> cells;
    std::size_t lines = 1;
    for (std::size_t i = 0; i < row.size(); ++i) {
      cells.push_back(wrap(row[i], widths[i]));
      lines = std::max(lines, cells.back().size());
    }
    for (std::size_t at = 0; at < lines; ++at) {
      std::string line;
      for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string cell = at < cells[i].size() ? cells[i][at] : "", space(widths[i] - width_of(cell), ' ');
        line += i ? "  " : "";
        line += std::ranges::find(left, i) == left.end() ? space + cell : cell + space;
      }
      line.resize(line.find_last_not_of(' ') + 1);
      const bool bold = screen.color && &row == &rows[0];
      text += bold ? "\x1b[1m" + line + "\x1b[0m\n" : line + "\n";
    }
  }
  return text;
}

bool is_terminal(std::FILE* stream) { return isatty(fileno(stream)) == 1; }

Screen screen_of(std::FILE* stream, bool no_color) {
  if (!is_terminal(stream)) return {};
  const char* disabled = std::getenv("NO_COLOR");  // https://no-color.org: present and not empty
  const char* kind = std::getenv("TERM");
  const bool color = !no_color && !(disabled && *disabled) && kind && std::string_view(kind) != "dumb";
  return {color, terminal_size(stream).columns};
}

bool shows_unicode() {
  const char* kind = std::getenv("TERM");
  if (kind && (std::string_view(kind) == "dumb" || std::string_view(kind) == "linux")) return false;  // no Braille
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* locale = std::getenv(name);
    if (!locale || !*locale) continue;
    std::string charset(locale);
    std::ranges::transform(charset, charset.begin(), [](unsigned char c) { return std::tolower(c); });
    return charset.find("utf-8") != charset.npos || charset.find("utf8") != charset.npos;
  }
  return false;
}

TerminalSize terminal_size(std::FILE* stream) {
  winsize size{};
  if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return {size.ws_col, size.ws_row};
}

}  // namespace descent::report
