#pragma once
// Data sets in CSV files: a header, a line per example, one column with the labels or targets.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/data_set.h"

namespace descent::formats {

// How to read a table. The lists contain names of columns.
struct TableOptions {
  bool header = true;                      // the first line names the columns; without it they are "0", "1", ...
  std::string label_column{};              // empty: the last
  std::optional<bool> regression{};        // absent: guessed from the labels (labels.h)
  char separator = 0;                      // 0: guessed from the first line
  std::vector<std::string> columns{};      // the features; empty: all
  std::vector<std::string> ignore{};       // not features
  std::vector<std::string> categorical{};  // features to be one-hot encoded
  MissingValues missing = MissingValues::error;
};

struct Table {
  Examples examples{};  // with MissingValues::mean, missing values are NaN
  std::int64_t rows = 0, features = 0;
  std::int64_t classes = 0;  // 0: real targets
  Contents contents{};
};

// Throws InputError with the line if the text is invalid. Columns of strings that `columns` names become categorical.
Table parse_table(std::string_view text, const std::string& name, const TableOptions& options);

// The facts need the whole table.
Facts table_facts(const std::filesystem::path& file, const TableOptions& options);
DataSet read_table(const std::filesystem::path& file, const TableOptions& options);

}  // namespace descent::formats
