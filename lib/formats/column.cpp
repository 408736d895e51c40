#include "formats/column.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/text.h"

namespace descent::formats {
namespace {

// Maximum number of categories of a column, and of one that data.categorical names.
constexpr std::size_t max_detected = 50, max_categorical = 1000;

std::optional<double> parse_boolean(std::string_view cell) {
  constexpr std::array<std::string_view, 3> yes{"True", "true", "TRUE"}, no{"False", "false", "FALSE"};
  if (std::ranges::find(yes, cell) != yes.end()) return 1;
  if (std::ranges::find(no, cell) != no.end()) return 0;
  return std::nullopt;
}

}  // namespace

bool is_missing(std::string_view cell) {
  constexpr std::array<std::string_view, 12> words{"",    "NA",  "N/A",  "n/a",  "#N/A", "<NA>",
                                                   "NaN", "nan", "NULL", "null", "None", "?"};
  return std::ranges::find(words, trimmed(cell)) != words.end();
}

std::string not_a_number(std::string_view column, std::string_view cell) {
  return fmt::format("column {} contains {}, which is not a number{}", core::quoted(column), core::quoted(cell),
                     cell.find_first_of("0123456789") == cell.npos ? "" : " such as 1234.5");
}

void Column::add(std::string_view cell, const CsvReader& reader) {
  cell = trimmed(cell);
  if (is_missing(cell)) return values_.push_back(std::numeric_limits<double>::quiet_NaN());
  if (categorical_) return add_category(cell, reader);
  std::optional<double> number = csv_number(cell, reader.separator() != ',');
  if (!number) number = parse_boolean(cell);
  if (number) {
    if (std::abs(*number) > std::numeric_limits<float>::max())
      reader.fail(fmt::format("column {} contains {}, which is too large for single precision", core::quoted(name_),
                              core::quoted(cell)));
    if (!categories_.empty())
      reader.fail(
          fmt::format("column {} contains strings and the number {}: name it in data.categorical or data.ignore",
                      core::quoted(name_), core::quoted(cell)));
    has_numbers_ = true;
    return values_.push_back(*number);
  }
  if (listed_ && !has_numbers_) return add_category(cell, reader);
  reader.fail(fmt::format("{}: {}", not_a_number(name_, cell),
                          has_numbers_   ? "correct it, or name the column in data.ignore"
                          : maybe_label_ ? "name the column in data.label_column if it contains the labels, in "
                                           "data.categorical to one-hot encode it, or in data.ignore"
                                         : "name the column in data.categorical to one-hot encode it, or in "
                                           "data.ignore"));
}

void Column::add_category(std::string_view cell, const CsvReader& reader) {
  const std::string text = label_name(std::string(cell));
  values_.push_back(categories_.try_emplace(text, static_cast<double>(categories_.size())).first->second);
  const std::size_t max = categorical_ ? max_categorical : max_detected;
  if (categories_.size() > max)
    reader.fail(fmt::format("column {} contains more than {} different strings: name it in data.ignore{}",
                            core::quoted(name_), max, categorical_ ? "" : " or data.categorical"));
}

bool Column::is_row_number() const {
  if (!categories_.empty() || values_.size() < 3) return false;
  for (std::size_t i = 1; i < values_.size(); ++i)
    if (values_[i] != values_[0] + static_cast<double>(i)) return false;
  return true;
}

bool Column::equals(const std::vector<double>& numbers, const std::vector<std::string>& labels) const {
  if (categories_.empty() && values_ == numbers) return true;
  std::map<double, std::string_view> label_of;
  std::map<std::string_view, double> value_of;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (std::isnan(values_[i]) || label_of.size() > max_categorical) return false;
    if (label_of.try_emplace(values_[i], labels[i]).first->second != labels[i]) return false;
    if (value_of.try_emplace(labels[i], values_[i]).first->second != values_[i]) return false;
  }
  return label_of.size() < values_.size();  // a column of distinct values would determine anything
}

void Column::finish() {
  std::vector<double> sorted_index(categories_.size());
  double next = 0;
  for (auto& [text, index] : categories_) {
    sorted_index[static_cast<std::size_t>(index)] = next;
    index = next++;
  }
  if (!categories_.empty())
    for (double& value : values_)
      if (!std::isnan(value)) value = sorted_index[static_cast<std::size_t>(value)];
}

std::vector<std::string> Column::features() const {
  if (categories_.empty()) return {name_};
  std::vector<std::string> names;
  for (const auto& [text, index] : categories_) names.push_back(name_ + "=" + text);
  return names;
}

void Column::append(std::size_t row, std::vector<double>& out) const {
  const double value = values_[row];
  if (categories_.empty()) return out.push_back(value);
  for (std::size_t i = 0; i < categories_.size(); ++i)
    out.push_back(std::isnan(value) ? value : static_cast<double>(value == static_cast<double>(i)));
}

}  // namespace descent::formats
