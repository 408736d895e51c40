#pragma once
// A column of a table that becomes features: one numeric feature, or a one-hot encoding of its categories.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "formats/csv.h"
#include "formats/labels.h"

namespace descent::formats {

// True if the cell is empty or one of the words that pandas and R write for a missing value.
bool is_missing(std::string_view cell);

// The error message for a cell that should be a number.
std::string not_a_number(std::string_view column, std::string_view cell);

class Column {
 public:
  // `categorical`: all cells are categories; `listed`: named in data.columns, so that a column without numbers becomes
  // categorical; `maybe_label`: could be the label column, which is not given.
  Column(std::string name, std::size_t position, bool categorical, bool listed, bool maybe_label)
      : name_(std::move(name)), position_(position), categorical_(categorical), listed_(listed),
        maybe_label_(maybe_label) {}

  const std::string& name() const { return name_; }
  std::size_t position() const { return position_; }

  // Adds the cell of the next row. Throws InputError if it does not fit the column.
  void add(std::string_view cell, const CsvReader& reader);

  // True if it numbers the rows.
  bool is_row_number() const;
  // True if it determines the labels and is determined by them. `numbers`: the labels as numbers, NaN for strings.
  bool equals(const std::vector<double>& numbers, const std::vector<std::string>& labels) const;

  // Sorts the categories; called after the last row.
  void finish();
  std::vector<std::string> features() const;
  // Appends the features of one row; NaN for missing values.
  void append(std::size_t row, std::vector<double>& out) const;

 private:
  void add_category(std::string_view cell, const CsvReader& reader);

  std::string name_;
  std::size_t position_;
  bool categorical_, listed_, maybe_label_;
  std::vector<double> values_;  // numbers or indices of categories; NaN if missing
  bool has_numbers_ = false;
  std::map<std::string, double, LabelOrder> categories_;  // with their indices
};

}  // namespace descent::formats
