#pragma once
// Tables as text (RFC 4180). Those that are read have a header, numbers, and one column with the labels or targets.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "formats/data_set.h"

namespace descent::formats {

struct Table {
  Examples examples{};
  std::int64_t features = 0;
  std::int64_t classes = 0;  // 0: real targets
};

// A field to be written, in quotes where it holds a comma, a quote or a line break; text that a spreadsheet would take
// for a formula (=, +, - or @ first, and not a number) in quotes behind an apostrophe.
std::string csv_field(std::string_view text);

// `label_column` empty: the last. `regression` absent: where every label is a number and not every one an integer.
// Classes are numbered in ascending order of their labels. Any text gives a table or an InputError with its line.
Table parse_csv(std::string_view text, const std::string& name, std::string_view label_column,
                std::optional<bool> regression);

// Facts need the whole table.
Facts csv_facts(const std::filesystem::path& file, std::string_view label_column, std::optional<bool> regression);
DataSet read_csv(const std::filesystem::path& file, std::string_view label_column, std::optional<bool> regression);

}  // namespace descent::formats
