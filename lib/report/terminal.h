#pragma once
// What the other end of a stream is and wants.

#include <cstddef>
#include <cstdio>

namespace descent::report {

bool is_terminal(std::FILE* stream);

// A terminal, not dumb, and neither NO_COLOR nor --no-color.
bool wants_color(std::FILE* stream, bool no_color);

// Columns of the terminal; 80 where it does not say.
std::size_t terminal_width(std::FILE* stream);

}  // namespace descent::report
