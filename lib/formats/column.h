#pragma once
// One column of a table that becomes features: a number, or one feature for each of its texts (one-hot).

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "formats/csv.h"
#include "formats/labels.h"

namespace descent::formats {

// No text, or one of the words by which pandas and R write a missing value.
bool is_missing(std::string_view cell);

// What is wrong with a cell where a number belongs.
std::string not_a_number(std::string_view column, std::string_view cell);

class Column {
 public:
  // `categorical`: whatever it holds are texts; `listed`: a column of nothing but texts becomes categorical; `labels`:
  // it may be the column of the labels, which nobody has named.
  Column(std::string name, std::size_t position, bool categorical, bool listed, bool labels)
      : name_(std::move(name)), position_(position), categorical_(categorical), listed_(listed), labels_(labels) {}

  const std::string& name() const { return name_; }
  std::size_t position() const { return position_; }

  // The cell of the next row; InputError where it does not fit.
  void add(std::string_view cell, const CsvReader& reader);

  // Whether it numbers the rows.
  bool counts() const;
  // Whether it holds the labels, given as numbers (NaN where they are none) and as texts: the same numbers, or one
  // value for each label and another for every other.
  bool equals(const std::vector<double>& numbers, const std::vector<std::string>& labels) const;

  // After all rows: its texts get their order.
  void finish();
  std::vector<std::string> features() const;
  // Its features in one row, NaN where they are missing.
  void append(std::size_t row, std::vector<double>& out) const;

 private:
  void add_text(std::string_view cell, const CsvReader& reader);

  std::string name_;
  std::size_t position_;
  bool categorical_, listed_, labels_;
  std::vector<double> values_;  // NaN where missing
  bool has_numbers_ = false;
  std::map<std::string, double, LabelOrder> texts_;  // and their numbers
};

}  // namespace descent::formats
