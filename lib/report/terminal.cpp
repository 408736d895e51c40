#include "report/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace descent::report {

bool is_terminal(std::FILE* stream) { return isatty(fileno(stream)) == 1; }

bool wants_color(std::FILE* stream, bool no_color) {
  const char* forbidden = std::getenv("NO_COLOR");  // https://no-color.org: present and not empty
  const char* kind = std::getenv("TERM");
  return !no_color && !(forbidden && *forbidden) && kind && std::string_view(kind) != "dumb" && is_terminal(stream);
}

std::size_t terminal_width(std::FILE* stream) {
  winsize size{};
  return ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace descent::report
