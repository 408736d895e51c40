#pragma once
// Tables in CSV files: a header, a line per example, one column with the labels or targets.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/data_set.h"

namespace descent::formats {

// How a table is read; lists hold names of columns.
struct TableOptions {
  bool header = true;                            // the first line names the columns; otherwise they are "0", "1", ...
  std::string label_column{};                    // empty: the last
  std::optional<bool> regression{};              // absent: as the labels look (labels.h)
  char separator = 0;                            // 0: found in the first line
  std::vector<std::string> columns{}, ignore{};  // features, empty: all; what is left out
  std::vector<std::string> categorical{};        // a feature for each text
  MissingValues missing = MissingValues::error;
};

struct Table {
  Examples examples{};  // a missing value is NaN, with MissingValues::mean
  std::int64_t rows = 0, features = 0;
  std::int64_t classes = 0;  // 0: real targets
  Contents contents{};
};

// Any text gives a table or an InputError with its line. Columns of texts that `columns` names become categorical.
Table parse_table(std::string_view text, const std::string& name, const TableOptions& options);

// Facts need the whole table.
Facts table_facts(const std::filesystem::path& file, const TableOptions& options);
DataSet read_table(const std::filesystem::path& file, const TableOptions& options);

}  // namespace descent::formats
