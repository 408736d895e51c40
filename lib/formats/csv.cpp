#include "formats/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/text.h"

namespace descent::formats {
namespace {

char guess_separator(std::string_view text) {
  std::string_view first = text.substr(0, text.find_first_of("\r\n"));
  bool quoted = false;
  std::int64_t commas = 0, semicolons = 0, tabs = 0;
  for (const char c : first) {
    quoted ^= c == '"';
    if (quoted) continue;
    commas += c == ',';
    semicolons += c == ';';
    tabs += c == '\t';
  }
  if (semicolons > commas && semicolons >= tabs) return ';';
  return tabs > commas ? '\t' : ',';
}

std::string_view separator_name(char separator) {
  return separator == ',' ? "a comma" : separator == ';' ? "a semicolon" : "a tab";
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<double> csv_number(std::string_view text, bool decimal_comma) {
  text = trimmed(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::optional<double> value;
  if (const std::size_t comma = text.find(','); decimal_comma && comma != text.npos) {
    std::string with_point(text);
    with_point[comma] = '.';
    if (text.find('.') == text.npos) value = core::parse_number(with_point);
  } else {
    value = core::parse_number(text);
  }
  return value && std::isfinite(*value) ? value : std::nullopt;
}

CsvReader::CsvReader(std::string_view text, std::string name, char separator) : rest_(text), name_(std::move(name)) {
  if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
  ends_[0] = separator ? separator : guess_separator(rest_);
}

void CsvReader::fail(const std::string& message) const {
  throw core::InputError(std::vector<core::Problem>{{name_, line_, 0, "", message}});
}

bool CsvReader::next(std::vector<std::string>& fields) {
  do {
    if (rest_.empty()) return false;
    line_ = next_line_;
    fields.clear();
    while (field(fields)) {
    }
  } while (fields.size() == 1 && trimmed(fields[0]).empty());
  return true;
}

bool CsvReader::field(std::vector<std::string>& fields) {
  std::string& value = fields.emplace_back();
  const std::size_t start = rest_.find_first_not_of(' ');  // a quoted field may be surrounded by spaces
  if (start != rest_.npos && rest_[start] == '"') rest_.remove_prefix(start);
  if (rest_.starts_with('"')) {
    rest_.remove_prefix(1);
    for (;; rest_.remove_prefix(1)) {
      if (rest_.empty()) fail("the closing quote of a field is missing");
      if (rest_.starts_with("\"\"")) rest_.remove_prefix(1);
      else if (rest_[0] == '"') break;
      next_line_ += rest_[0] == '\n';
      value += rest_[0];
    }
    rest_.remove_prefix(1);
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  } else {
    value = rest_.substr(0, rest_.find_first_of(ends_, 0, std::size(ends_)));
    rest_.remove_prefix(value.size());
  }
  if (rest_.empty()) return false;
  if (rest_[0] == separator()) return rest_.remove_prefix(1), true;
  if (rest_.starts_with("\r\n")) rest_.remove_prefix(1);
  if (rest_[0] != '\n' && rest_[0] != '\r')
    fail(fmt::format("{} after a field; expected {} or the end of the line",
                     core::quoted(std::string(rest_.substr(0, 1))), separator_name(separator())));
  rest_.remove_prefix(1);
  ++next_line_;
  return false;
}

std::string csv_field(std::string_view text) {
  const bool formula = !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos &&
                       !core::parse_number(text);
  if (!formula && text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string result = formula ? "\"'" : "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

}  // namespace descent::formats
