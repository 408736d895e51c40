#pragma once
// Text functions for messages and tables.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace descent::core {

// Returns the candidate with the smallest edit distance to `name`, if close enough to be a misspelling.
std::optional<std::string> nearest(std::string_view name, std::span<const std::string> candidates);

// "; did you mean \"x\"?", or empty if no candidate is close.
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

// "unknown norm \"bathc\"; did you mean \"batch\"? (one of none, batch)"
std::string unknown(std::string_view what, std::string_view name, std::span<const std::string> candidates);

// Makes text from a file or another program safe for a terminal: replaces control characters and invalid UTF-8 by '?',
// line breaks and tabs by spaces.
std::string printable(std::string_view text);

// The printable text in double quotes, truncated to `max_bytes`.
std::string quoted(std::string_view text, std::size_t max_bytes = 60);

// "1 run", "2 runs"
std::string counted(std::size_t count, std::string_view noun);

std::string join(std::span<const std::string> parts, std::string_view separator);
std::vector<std::string> split(std::string_view text, char separator);

// ASCII only, independent of the locale.
inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// True if a UTF-8 character starts with this byte.
inline bool starts_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

// Offset of the first byte that is not valid UTF-8, if any.
std::optional<std::size_t> find_invalid_utf8(std::string_view bytes);

// Shortest text that parses to the same number, or "nan", "inf", "-inf".
std::string format_number(double value);

// Parse the whole text as a number; nullopt if it is not one.
std::optional<double> parse_number(std::string_view text);
std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace descent::core
