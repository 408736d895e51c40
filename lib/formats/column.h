#pragma once
// One column of a table that becomes features: a number, or one feature for each of its texts (one-hot).

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "formats/csv.h"
#include "formats/labels.h"

namespace descent::formats {

// No text, or one of the words by which pandas and R write a missing value.
bool is_missing(std::string_view cell);

class Column {
 public:
  // `categorical`: whatever it holds are texts; `listed`: a column of nothing but texts becomes categorical.
  Column(std::string name, std::size_t position, bool categorical, bool listed)
      : name_(std::move(name)), position_(position), categorical_(categorical), listed_(listed) {}

  const std::string& name() const { return name_; }
  std::size_t position() const { return position_; }

  // The cell of the next row; InputError where it does not fit.
  void add(std::string_view cell, const CsvReader& reader);

  // Whether it numbers the rows, from 0 or 1.
  bool counts() const;
  // Whether every value is the label of its row, as a number (NaN where it is none) or as text.
  bool equals(const std::vector<double>& numbers, const std::vector<std::string>& texts) const;

  // After all rows: its texts get their order.
  void finish();
  std::vector<std::string> features() const;
  // Its features in one row, NaN where they are missing.
  void append(std::size_t row, std::vector<double>& out) const;

 private:
  void add_text(std::string_view cell, const CsvReader& reader);

  std::string name_;
  std::size_t position_;
  bool categorical_, listed_;
  std::vector<double> values_;  // NaN where missing
  bool has_numbers_ = false;
  std::map<std::string, double, LabelOrder> texts_;  // and their numbers
};

}  // namespace descent::formats
