#include "core/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

namespace descent::core {
namespace {

// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment); case-insensitive.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, previous(b.size() + 1), row(b.size() + 1);
  std::iota(previous.begin(), previous.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = previous;
    previous = row;
  }
  return previous.back();
}

// Length of the UTF-8 sequence at the start of `bytes`, 0 if it is invalid (RFC 3629).
std::size_t utf8_length(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u; };
  const auto continues = [&](std::size_t i) { return byte(i) >> 6 == 2; };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return continues(1) ? 2 : 0;
  if (first < 0xf0) {
    const bool overlong = first == 0xe0 && second < 0xa0, surrogate = first == 0xed && second >= 0xa0;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  const bool overlong = first == 0xf0 && second<0x90, too_large = first> 0xf4 || (first == 0xf4 && second >= 0x90);
  return continues(1) && continues(2) && continues(3) && !overlong && !too_large ? 4 : 0;
}

// Control characters: U+0000 to U+001F and U+007F to U+009F.
bool is_control(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  return first < 0x20 || first == 0x7f || (first == 0xc2 && static_cast<unsigned char>(bytes[1]) < 0xa0);
}

template <class Number> std::optional<Number> parse(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

}  // namespace

std::optional<std::string> nearest(std::string_view name, std::span<const std::string> candidates) {
  constexpr std::size_t max_length = 64;  // bounds the cost for malicious input
  if (name.empty() || name.size() > max_length) return std::nullopt;
  const std::string* best = nullptr;
  std::size_t best_distance = std::clamp<std::size_t>((name.size() + 1) / 3, 1, 3) + 1;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > max_length) continue;
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best_distance) best = &candidate, best_distance = distance;
  }
  const auto continues = [&](const std::string& candidate) { return candidate.starts_with(name); };
  if (!best && name.size() >= 3) {  // "xavier" for "xavier_normal"
    const auto found = std::ranges::find_if(candidates, continues);
    if (found != candidates.end()) best = &*found;
  }
  return best ? std::optional(*best) : std::nullopt;
}

std::string did_you_mean(std::string_view name, std::span<const std::string> candidates) {
  const auto found = nearest(name, candidates);
  return found ? "; did you mean \"" + *found + "\"?" : "";
}

std::string unknown(std::string_view what, std::string_view name, std::span<const std::string> candidates) {
  constexpr std::size_t max_listed = 8;  // in addition to a suggestion
  const std::string suggestion = did_you_mean(name, candidates);
  const bool is_listed = suggestion.empty() || candidates.size() <= max_listed;
  return fmt::format("unknown {} {}{}{}", what, quoted(name), suggestion,
                     is_listed ? fmt::format(" (one of {})", fmt::join(candidates, ", ")) : "");
}

std::string printable(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text.substr(i));
    const bool space = text[i] == '\n' || text[i] == '\t';
    result += space ? " " : length == 0 || is_control(text.substr(i)) ? "?" : text.substr(i, length);
    i += std::max<std::size_t>(length, 1);
  }
  return result;
}

std::string quoted(std::string_view text, std::size_t max_bytes) {
  std::size_t size = 0;
  while (size < text.size()) {
    const std::size_t length = std::max<std::size_t>(utf8_length(text.substr(size)), 1);
    if (size + length > max_bytes) return '"' + printable(text.substr(0, size)) + "...\"";
    size += length;
  }
  return '"' + printable(text) + '"';
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<std::size_t> find_invalid_utf8(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = utf8_length(bytes.substr(i));
    if (length == 0) return i;
    i += length;
  }
  return std::nullopt;
}

std::string format_number(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return {digits, end};
}

std::optional<double> parse_number(std::string_view text) { return parse<double>(text); }
std::optional<std::int64_t> parse_integer(std::string_view text) { return parse<std::int64_t>(text); }

}  // namespace descent::core
