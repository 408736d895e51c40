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

// The numbers of a header name columns only where they count: 0, 1, 2 or 2019, 2020.
void check_header(const Fields& header, const CsvReader& reader) {
  std::optional<double> before;
  for (const std::string& name : header) {
    const std::optional<double> number = csv_number(name);
    if (!number) continue;
    if (*number != std::trunc(*number) || (before && *number != *before + 1))
      reader.fail(
          fmt::format("holds the number {} where names of columns are needed: set data.header to false, or put a first "
                      "line with the names in front",
                      core::quoted(name)));
    before = number;
  }
}

// Column `name`, for the key `key`.
std::size_t position(const Fields& header, std::string_view name, std::string_view key, const CsvReader& reader) {
  const auto found = std::ranges::find(header, name);
  if (found == header.end())
    reader.fail(fmt::format("{}: has no column {}{} (one of {})", key, core::quoted(name),
                            core::did_you_mean(name, header), core::join(header, ", ")));
  if (std::find(found + 1, header.end(), name) != header.end())
    reader.fail(fmt::format("{}: has several columns {}; rename them", key, core::quoted(name)));
  return static_cast<std::size_t>(found - header.begin());
}

// A table while it is read, column by column.
class Builder {
 public:
  Builder(std::string_view text, const std::string& name, const TableOptions& options)
      : name_(name), options_(options), reader_(text, name, options.separator) {
    if (core::find_invalid_utf8(text) || text.find('\0') != text.npos)
      fail(name, "is not text in UTF-8: save the table as CSV in UTF-8");
    read_header();
    if (!options.header) add_row();
    while (reader_.next(row_)) add_row();
    if (!labels_.empty()) return;
    if (left_out_.empty()) reader_.fail("has a header but no examples");
    const auto& [column, rows] = *std::ranges::max_element(left_out_, {}, [](const auto& gaps) { return gaps.second; });
    reader_.fail(fmt::format("has no row without gaps, {} of them in column {}: name it in data.ignore", rows,
                             core::quoted(column)));
  }

  Table table() && {
    Table table{.rows = std::ssize(labels_)};
    Contents& contents = table.contents;
    contents.label = header_[label_];
    for (const auto& [column, rows] : left_out_)
      contents.notes.push_back(fmt::format("{} without {} left out", core::counted(rows, "row"), column));
    if (gaps_ > 0) contents.notes.push_back(core::counted(gaps_, "missing value") + " set to the mean of training");
    if (decimal_comma_) contents.notes.emplace_back("numbers with a decimal comma");
    leave_out_index(contents);
    warn_of_columns(contents);
    read_features(table);
    read_labels(table);
    return table;
  }

 private:
  void read_header() {
    if (!reader_.next(header_)) reader_.fail("is empty; a header and a line per example are needed");
    if (!options_.header) {
      row_ = header_;
      for (std::size_t i = 0; i < header_.size(); ++i) header_[i] = std::to_string(i);
    }
    if (options_.header && trimmed(header_.back()).empty()) header_.pop_back();  // a separator ends the line
    if (header_.size() < 2)
      reader_.fail(
          fmt::format("has one column, {}; features and labels need two or more (data.separator says what "
                      "stands between them: comma, semicolon or tab)",
                      core::quoted(core::join(header_, ""))));
    for (std::string& name : header_) name = trimmed(name);
    check_header(header_, reader_);
    label_ = options_.label_column.empty() ? header_.size() - 1
                                           : position(header_, options_.label_column, "data.label_column", reader_);
    std::vector<bool> used(header_.size(), options_.columns.empty());
    for (const std::string& name : options_.columns) used[position(header_, name, "data.columns", reader_)] = true;
    for (const std::string& name : options_.ignore) {
      const std::size_t ignored = position(header_, name, "data.ignore", reader_);
      if (ignored == label_) reader_.fail(fmt::format("data.ignore: {} is the label", core::quoted(name)));
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
          fmt::format("has {} where the first line has {}", core::counted(row_.size(), "field"), header_.size()));
    if (const std::string* gap = first_gap()) {
      ++left_out_[*gap];
      return;
    }
    for (Column& column : columns_) {
      column.add(row_[column.position()], reader_);
      gaps_ += is_missing(row_[column.position()]);
      see_decimals(row_[column.position()]);
    }
    labels_.emplace_back(trimmed(row_[label_]));
    numbers_.push_back(csv_number(labels_.back(), reader_.separator() != ',').value_or(NAN));
    see_decimals(labels_.back());
    if (options_.regression.value_or(false) && std::isnan(numbers_.back()))
      reader_.fail(not_a_number(header_[label_], labels_.back()));
  }

  // The first column without a value, if the row is to be left out because of it.
  const std::string* first_gap() const {
    const auto gap = [&](std::size_t i) {
      if (!is_missing(row_[i])) return false;
      const bool label = i == label_;
      if (options_.missing == MissingValues::error || (label && options_.missing == MissingValues::mean))
        reader_.fail(fmt::format("column {} has {}: set data.missing to \"drop\"{}", core::quoted(header_[i]),
                                 label ? "no label" : "no value", label ? " to leave such rows out" : " or \"mean\""));
      return options_.missing == MissingValues::drop;
    };
    for (const Column& column : columns_)
      if (gap(column.position())) return &header_[column.position()];
    return gap(label_) ? &header_[label_] : nullptr;
  }

  // 1,234 is 1.234 or 1234: a file that has both signs does not say which.
  void see_decimals(const std::string& cell) {
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
          fmt::format("{}: the file has numbers with a decimal point and with a decimal comma; write all of "
                      "them with one",
                      core::quoted(cell)));
  }

  // What pandas writes in front of the columns.
  void leave_out_index(Contents& contents) {
    if (!columns_[0].name().empty() || !columns_[0].counts() || columns_.size() < 2) return;
    if (contains(options_.columns, "")) return;
    columns_.erase(columns_.begin());
    contents.warnings.emplace_back(
        "the first column has no name and numbers the rows, as the index that pandas writes: it is left out; say so "
        "with data.ignore: [\"\"]");
  }

  void warn_of_columns(Contents& contents) const {
    if (!grouped_.empty() && !fractions_)
      contents.warnings.push_back(
          fmt::format("all numbers with a point have three digits behind it, such as {}: if "
                      "points separate thousands, write the numbers without them",
                      core::quoted(grouped_)));
    for (std::size_t i = 0; i < header_.size(); ++i)
      if (std::ranges::count(header_, header_[i]) > 1 && std::ranges::find(header_, header_[i]) == header_.begin() + i)
        contents.warnings.push_back(fmt::format("several columns are named {}", core::quoted(header_[i])));
    for (const Column& column : columns_) {
      if (column.equals(numbers_, labels_))
        contents.warnings.push_back(fmt::format("column {} equals the label {}: name it in data.ignore",
                                                core::quoted(column.name()), core::quoted(header_[label_])));
      else if (column.counts())
        contents.warnings.push_back(
            fmt::format("column {} numbers the rows; if it only names them, add it to "
                        "data.ignore",
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
            fmt::format("column {} has no value at all: name it in data.ignore", core::quoted(contents.features[f])));
    table.examples.x = std::move(x);
  }

  bool are_targets() const {
    if (options_.regression) return *options_.regression;
    const auto text = std::ranges::find_if(numbers_, [](double number) { return std::isnan(number); });
    if (text != numbers_.end()) {
      const std::size_t different = number_classes<std::string, LabelOrder>(labels_).first.size();
      if (2 * different > labels_.size() + 4)
        fail(name_, fmt::format("column {} holds {} different labels in {} examples, such as {}: write numbers as "
                                "1234.5, name another column in data.label_column, or set data.task to "
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
                              options_.label_column.empty() ? "; data.label_column names another column" : ""));
    return kind == LabelKind::targets;
  }

  void read_labels(Table& table) {
    if (are_targets()) {
      for (const double y : numbers_)
        table.contents.largest_target = std::max(table.contents.largest_target, std::abs(y));
      if (table.contents.largest_target > std::numeric_limits<float>::max())
        fail(name_, fmt::format("column {} holds targets that are no numbers in single precision",
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
  std::vector<std::string> labels_;  // as they are written
  std::vector<double> numbers_;      // that they are; NaN where they are none
  std::map<std::string, std::size_t> left_out_;
  std::size_t gaps_ = 0;
  bool decimal_comma_ = false, decimal_point_ = false, fractions_ = false;
  std::string grouped_;  // a number whose point may separate thousands; fractions_: one whose point does not
};

}  // namespace

Table parse_table(std::string_view text, const std::string& name, const TableOptions& options) {
  return Builder(text, name, options).table();
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
