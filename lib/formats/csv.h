#pragma once
// Records of fields as text (RFC 4180), separated by commas, semicolons or tabs.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace descent::formats {

// A field to be written, in quotes where it holds a comma, a quote or a line break; text that a spreadsheet would take
// for a formula (=, +, - or @ first, and not a number) in quotes behind an apostrophe.
std::string csv_field(std::string_view text);

// Without blanks and tabs around it.
std::string_view trimmed(std::string_view text);

// The finite number that the whole field is, if it is one: "3", " +1e3", and with `decimal_comma` "5,1" but not "5.1".
std::optional<double> csv_number(std::string_view text, bool decimal_comma = false);

// Reads a text record by record; a byte order mark in front is skipped.
class CsvReader {
 public:
  // `separator` 0: the one of comma, semicolon and tab that the first line has most of.
  CsvReader(std::string_view text, std::string name, char separator = 0);

  // False at the end; blank lines are skipped.
  bool next(std::vector<std::string>& fields);

  char separator() const { return ends_[0]; }
  // The InputError that names the file and the line of the last record.
  [[noreturn]] void fail(const std::string& message) const;

 private:
  bool field(std::vector<std::string>& fields);  // one field; false when it ends the record

  std::string_view rest_;
  std::string name_;
  char ends_[3] = {',', '\r', '\n'};  // of a field without quotes
  std::int64_t line_ = 1, next_line_ = 1;
};

}  // namespace descent::formats
