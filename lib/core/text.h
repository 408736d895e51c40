#pragma once
// Small text helpers shared by messages and tables.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace descent::core {

// The candidate nearest to `name` by edit distance, if near enough to be what was meant.
std::optional<std::string> nearest(std::string_view name, std::span<const std::string> candidates);

// "; did you mean \"x\"?" or nothing.
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

// "unknown norm \"bathc\"; did you mean \"batch\"? (one of none, batch)"
std::string unknown(std::string_view what, std::string_view name, std::span<const std::string> candidates);

// Text from a file or another program, for a terminal: control characters and bytes that are not UTF-8 become '?',
// line breaks and tabs spaces.
std::string printable(std::string_view text);

// In double quotes for a message: shortened after `longest` bytes, printable.
std::string quoted(std::string_view text, std::size_t longest = 60);

// "1 run", "2 runs"
std::string counted(std::size_t count, std::string_view noun);

std::string join(std::span<const std::string> parts, std::string_view separator);
std::vector<std::string> split(std::string_view text, char separator);

// Of ASCII, whatever the locale.
inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Whether a character of UTF-8 begins with this byte.
inline bool starts_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

// Byte offset of the first byte that is not UTF-8, if any.
std::optional<std::size_t> find_invalid_utf8(std::string_view bytes);

// Shortest text that reads back as the same number; "nan", "inf", "-inf" otherwise.
std::string format_number(double value);

// The number that the whole text is, if it is one.
std::optional<double> parse_number(std::string_view text);
std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace descent::core
