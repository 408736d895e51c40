#include "formats/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/text.h"
#include "formats/bytes.h"
#include "formats/column.h"
#include "formats/csv.h"
#include "formats/labels.h"

namespace descent::formats {
namespace {

using Fields = std::vector<std::string>;

bool contains(const Fields& list, std::string_view name) { return std::ranges::find(list, name) != list.end(); }

// Numbers in a header are names only if they are consecutive: 0, 1, 2 or 2019, 2020.
void check_header(const Fields& header, const CsvReader& reader) {
  std::optional<double> before;
  for (const std::string& name : header) {
    const std::optional<double> number = csv_number(name);
    if (!number) continue;
    if (*number != std::trunc(*number) || (before && *number != *before + 1))
      reader.fail(
          fmt::format("the first line contains the number {} instead of the names of the columns: set data.header to "
                      "false, or add a line with the names",
                      core::quoted(name)));
    before = number;
  }
}

// Index of column `name`; `key` is the experiment key that names it.
std::size_t position(const Fields& header, std::string_view name, std::string_view key, const CsvReader& reader) {
  const auto found = std::ranges::find(header, name);
  if (found == header.end())
    reader.fail(fmt::format("{}: there is no column {}{} (one of {})", key, core::quoted(name),
                            core::did_you_mean(name, header), core::join(header, ", ")));
  if (std::find(found + 1, header.end(), name) != header.end())
    reader.fail(fmt::format("{}: there are several columns {}; rename them", key, core::quoted(name)));
  return static_cast<std::size_t>(found - header.begin());
}

class TableReader {
 public:
  TableReader(std::string_view text, const std::string& name, const TableOptions& options)
      : name_(name), options_(options), reader_(text, name, options.separator) {
    if (core::find_invalid_utf8(text) || text.find('\0') != text.npos)
      fail(name, "not UTF-8 text: save the table as CSV in UTF-8");
    read_header();
    if (!options.header) add_row();
    while (reader_.next(row_)) add_row();
    if (!labels_.empty()) return;
    if (dropped_.empty()) reader_.fail("the table has a header but no examples");
    const auto& [column, rows] =
        *std::ranges::max_element(dropped_, {}, [](const auto& entry) { return entry.second; });
    reader_.fail(fmt::format("every row has a missing value, {} of them in column {}: name it in data.ignore", rows,
                             core::quoted(column)));
  }

  Table table() && {
    Table table{.rows = std::ssize(labels_)};
    Contents& contents = table.contents;
    contents.label = header_[label_];
    for (const auto& [column, rows] : dropped_)
      contents.notes.push_back(fmt::format("{} without {} dropped", core::counted(rows, "row"), column));
    if (missing_ > 0)
      contents.notes.push_back(core::counted(missing_, "missing value") + " replaced by the training mean");
    if (decimal_comma_) contents.notes.emplace_back("numbers with a decimal comma");
    drop_index_column(contents);
    warn_of_columns(contents);
    read_features(table);
    read_labels(table);
    return table;
  }

 private:
  void read_header() {
    if (!reader_.next(header_)) reader_.fail("the file is empty; expected a header and a line per example");
    if (!options_.header) {
      row_ = header_;
      for (std::size_t i = 0; i < header_.size(); ++i) header_[i] = std::to_string(i);
    }
    if (options_.header && trimmed(header_.back()).empty()) header_.pop_back();  // a trailing separator
    if (header_.size() < 2)
      reader_.fail(
          fmt::format("the table has one column, {}, but needs features and labels (if the separator is wrong, set "
                      "data.separator to comma, semicolon or tab)",
                      core::quoted(core::join(header_, ""))));
    for (std::string& name : header_) name = trimmed(name);
    check_header(header_, reader_);
    label_ = options_.label_column.empty() ? header_.size() - 1
                                           : position(header_, options_.label_column, "data.label_column", reader_);
    std::vector<bool> used(header_.size(), options_.columns.empty());
    for (const std::string& name : options_.columns) used[position(header_, name, "data.columns", reader_)] = true;
    for (const std::string& name : options_.ignore) {
      const std::size_t ignored = position(header_, name, "data.ignore", reader_);
      if (ignored == label_) reader_.fail(fmt::format("data.ignore: {} is the label column", core::quoted(name)));
      used[ignored] = false;
    }
    for (const std::string& name : options_.categorical)
      if (!used[position(header_, name, "data.categorical", reader_)])
        reader_.fail(fmt::format("data.categorical: {} is not a feature", core::quoted(name)));
    for (std::size_t i = 0; i < header_.size(); ++i)
      if (used[i] && i != label_)
        columns_.emplace_back(header_[i], i, contains(options_.categorical, header_[i]), !options_.columns.empty(),
                              options_.label_column.empty());
    if (columns_.empty()) reader_.fail("data.columns and data.ignore leave no feature");
  }

  void add_row() {
    if (row_.size() == header_.size() + 1 && row_.back().empty()) row_.pop_back();
    if (row_.size() != header_.size())
      reader_.fail(
          fmt::format("has {}, but the first line has {}", core::counted(row_.size(), "field"), header_.size()));
    if (const std::string* column = missing_column()) {
      ++dropped_[*column];
      return;
    }
    for (Column& column : columns_) {
      column.add(row_[column.position()], reader_);
      missing_ += is_missing(row_[column.position()]);
      check_decimal_sign(row_[column.position()]);
    }
    labels_.emplace_back(trimmed(row_[label_]));
    numbers_.push_back(csv_number(labels_.back(), reader_.separator() != ',').value_or(NAN));
    check_decimal_sign(labels_.back());
    if (options_.regression.value_or(false) && std::isnan(numbers_.back()))
      reader_.fail(not_a_number(header_[label_], labels_.back()));
  }

  // The first column without a value if the row is dropped because of it, or null.
  const std::string* missing_column() const {
    const auto drops = [&](std::size_t i) {
      if (!is_missing(row_[i])) return false;
      const bool label = i == label_;
      if (options_.missing == MissingValues::error || (label && options_.missing == MissingValues::mean))
        reader_.fail(fmt::format("column {} has {}: set data.missing to \"drop\"{}", core::quoted(header_[i]),
                                 label ? "no label" : "no value", label ? " to drop such rows" : " or \"mean\""));
      return options_.missing == MissingValues::drop;
    };
    for (const Column& column : columns_)
      if (drops(column.position())) return &header_[column.position()];
    return drops(label_) ? &header_[label_] : nullptr;
  }

  // 1,234 is 1.234 or 1234: ambiguous in a file with both decimal signs.
  void check_decimal_sign(const std::string& cell) {
    if (reader_.separator() == ',' || !csv_number(cell, true)) return;
    decimal_comma_ |= cell.find(',') != cell.npos;
    if (const std::size_t point = cell.find('.'); point != cell.npos) {
      decimal_point_ = true;
      const bool thousands = reader_.separator() == ';' && cell[0] >= '1' && cell[0] <= '9' && cell.size() == point + 4;
      if (!thousands) fractions_ = true;
      else grouped_ = cell;
    }
    if (decimal_comma_ && decimal_point_)
      reader_.fail(
          fmt::format("{}: the file has numbers with a decimal point and numbers with a decimal comma; use one of them",
                      core::quoted(cell)));
  }

  // The index that pandas writes as the first column.
  void drop_index_column(Contents& contents) {
    if (!columns_[0].name().empty() || !columns_[0].is_row_number() || columns_.size() < 2) return;
    if (contains(options_.columns, "")) return;
    columns_.erase(columns_.begin());
    contents.warnings.emplace_back(
        "the first column has no name and numbers the rows, like an index written by pandas: it is ignored; to silence "
        "this warning, set data.ignore to [\"\"]");
  }

  void warn_of_columns(Contents& contents) const {
    if (!grouped_.empty() && !fractions_)
      contents.warnings.push_back(
          fmt::format("all numbers with a point have three digits after it, such as {}: if the points are thousands "
                      "separators, remove them",
                      core::quoted(grouped_)));
    for (std::size_t i = 0; i < header_.size(); ++i)
      if (std::ranges::count(header_, header_[i]) > 1 && std::ranges::find(header_, header_[i]) == header_.begin() + i)
        contents.warnings.push_back(fmt::format("several columns are named {}", core::quoted(header_[i])));
    for (const Column& column : columns_) {
      if (column.equals(numbers_, labels_))
        contents.warnings.push_back(fmt::format("column {} equals the label {}: name it in data.ignore",
                                                core::quoted(column.name()), core::quoted(header_[label_])));
      else if (column.is_row_number())
        contents.warnings.push_back(fmt::format("column {} numbers the rows; if it is an ID, name it in data.ignore",
                                                core::quoted(column.name())));
    }
  }

  void read_features(Table& table) {
    Contents& contents = table.contents;
    for (Column& column : columns_) {
      column.finish();
      std::ranges::move(column.features(), std::back_inserter(contents.features));
    }
    table.features = std::ssize(contents.features);
    std::vector<double> x;
    x.reserve(labels_.size() * contents.features.size());
    for (std::size_t row = 0; row < labels_.size(); ++row)
      for (const Column& column : columns_) column.append(row, x);
    contents.smallest.assign(contents.features.size(), INFINITY);
    contents.largest.assign(contents.features.size(), -INFINITY);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t f = i % contents.features.size();
      contents.smallest[f] = std::fmin(contents.smallest[f], x[i]);
      contents.largest[f] = std::fmax(contents.largest[f], x[i]);
    }
    for (std::size_t f = 0; f < contents.features.size(); ++f)
      if (contents.smallest[f] > contents.largest[f])
        contents.warnings.push_back(
            fmt::format("column {} has no values: name it in data.ignore", core::quoted(contents.features[f])));
    table.examples.x = std::move(x);
  }

  bool are_targets() const {
    if (options_.regression) return *options_.regression;
    const auto text = std::ranges::find_if(numbers_, [](double number) { return std::isnan(number); });
    if (text != numbers_.end()) {
      const std::size_t different = number_classes<std::string, LabelOrder>(labels_).first.size();
      if (2 * different > labels_.size() + 4)
        fail(name_, fmt::format("column {} has {} different labels in {} examples, such as {}: write numbers as "
                                "1234.5, set data.label_column to another column, or set data.task to "
                                "\"classification\"",
                                core::quoted(header_[label_]), different, labels_.size(),
                                core::quoted(labels_[static_cast<std::size_t>(text - numbers_.begin())])));
      return false;
    }
    const bool with_point =
        std::ranges::any_of(labels_, [](const auto& label) { return label.find_first_of(".,") != label.npos; });
    const LabelKind kind = kind_of(numbers_, with_point);
    if (kind == LabelKind::unclear)
      fail(name_, fmt::format("column {} {}{}", core::quoted(header_[label_]), unclear_labels(numbers_),
                              options_.label_column.empty() ? "; or set data.label_column to another column" : ""));
    return kind == LabelKind::targets;
  }

  void read_labels(Table& table) {
    if (are_targets()) {
      for (const double y : numbers_)
        table.contents.largest_target = std::max(table.contents.largest_target, std::abs(y));
      if (table.contents.largest_target > std::numeric_limits<float>::max())
        fail(name_, fmt::format("column {} contains targets that are too large for single precision",
                                core::quoted(header_[label_])));
      table.examples.targets = std::move(numbers_);
      return;
    }
    for (std::size_t i = 0; i < labels_.size(); ++i)
      if (!std::isnan(numbers_[i])) labels_[i] = label_name(numbers_[i]);
    auto [names, classes] = number_classes<std::string, LabelOrder>(labels_);
    table.classes = std::ssize(names);
    table.contents.class_names = std::move(names);
    table.contents.train_labels = classes;
    table.examples.y = std::move(classes);
  }

  const std::string& name_;
  const TableOptions& options_;
  CsvReader reader_;
  Fields header_, row_;
  std::size_t label_ = 0;
  std::vector<Column> columns_;
  std::vector<std::string> labels_;             // as written
  std::vector<double> numbers_;                 // the labels as numbers; NaN for strings
  std::map<std::string, std::size_t> dropped_;  // rows by the column with a missing value
  std::size_t missing_ = 0;                     // values
  bool decimal_comma_ = false, decimal_point_ = false;
  bool fractions_ = false;  // a number has a point that is not a thousands separator
  std::string grouped_;     // a number whose point may be one
};

}  // namespace

Table parse_table(std::string_view text, const std::string& name, const TableOptions& options) {
  return TableReader(text, name, options).table();
}

Facts table_facts(const std::filesystem::path& file, const TableOptions& options) {
  Table table = parse_table(read_bytes(file), file.string(), options);
  return {.train_size = table.rows,
          .stored = {1, 1, table.features},
          .classes = table.classes,
          .outputs = std::max<std::int64_t>(table.classes, 1),
          .files = {file},
          .version = 2,
          .contents = std::make_shared<const Contents>(std::move(table.contents))};
}

DataSet read_table(const std::filesystem::path& file, const TableOptions& options) {
  return {parse_table(read_bytes(file), file.string(), options).examples, {}};
}

}  // namespace descent::formats
