#pragma once
// Whether a stream is a terminal, and how to write to it.

#include <cstddef>
#include <cstdint>
#include <cstdio>

namespace descent::report {

bool is_terminal(std::FILE* stream);

// How to write to a stream.
struct Screen {
  bool color = false;            // a terminal, not dumb, and neither NO_COLOR nor --no-color
  std::size_t width = SIZE_MAX;  // columns of a terminal
};
Screen screen_of(std::FILE* stream, bool no_color);

// Whether the locale, of LC_ALL, LC_CTYPE or LANG, is one of UTF-8, and the terminal can show Braille.
bool shows_unicode();

// Of the terminal; 80 x 24 where it is unknown.
struct TerminalSize {
  std::size_t columns = 80, rows = 24;
};
TerminalSize terminal_size(std::FILE* stream);
inline std::size_t terminal_width(std::FILE* stream) { return terminal_size(stream).columns; }

}  // namespace descent::report
