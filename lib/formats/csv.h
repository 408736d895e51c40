#pragma once
// CSV files (RFC 4180) with commas, semicolons or tabs as separators.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace descent::formats {

// Formats a field for writing. Quotes it if it contains a comma, a quote or a line break. Puts an apostrophe before
// text that a spreadsheet would evaluate as a formula (starts with =, +, - or @ and is not a number).
std::string csv_field(std::string_view text);

// Removes leading and trailing spaces and tabs.
std::string_view trimmed(std::string_view text);

// Parses the whole field as a finite number: "3", " +1e3"; with `decimal_comma` also "5,1". Nullopt if it is not one.
std::optional<double> csv_number(std::string_view text, bool decimal_comma = false);

// Reads a text record by record. Skips a byte order mark.
class CsvReader {
 public:
  // `separator` 0: comma, semicolon or tab, whichever is most frequent in the first line.
  CsvReader(std::string_view text, std::string name, char separator = 0);

  // Reads the next record, skipping blank lines. Returns false at the end.
  bool next(std::vector<std::string>& fields);

  char separator() const { return ends_[0]; }
  // Throws InputError with the file and the line of the last record.
  [[noreturn]] void fail(const std::string& message) const;

 private:
  bool field(std::vector<std::string>& fields);  // reads a field; false if it ends the record

  std::string_view rest_;
  std::string name_;
  char ends_[3] = {',', '\r', '\n'};  // characters that end an unquoted field
  std::int64_t line_ = 1, next_line_ = 1;
};

}  // namespace descent::formats
