#include "report/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string>
#include <string_view>

namespace descent::report {

bool is_terminal(std::FILE* stream) { return isatty(fileno(stream)) == 1; }

Screen screen_of(std::FILE* stream, bool no_color) {
  if (!is_terminal(stream)) return {};
  const char* forbidden = std::getenv("NO_COLOR");  // https://no-color.org: present and not empty
  const char* kind = std::getenv("TERM");
  const bool color = !no_color && !(forbidden && *forbidden) && kind && std::string_view(kind) != "dumb";
  return {color, terminal_width(stream)};
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
