#include "formats/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/error.h"
#include "core/text.h"
#include "formats/bytes.h"

namespace descent::formats {
namespace {

using Fields = std::vector<std::string>;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<double> number(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  const std::optional<double> value = core::parse_number(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

// Reads a text record by record.
class Reader {
 public:
  Reader(std::string_view text, const std::string& name) : rest_(text), name_(name) {
    if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
  }

  [[noreturn]] void fail(const std::string& message) const {
    throw core::InputError(std::vector<core::Problem>{{name_, line_, 0, "", message}});
  }

  // False at the end; blank lines are skipped.
  bool next(Fields& fields) {
    do {
      if (rest_.empty()) return false;
      line_ = next_line_;
      fields.clear();
      while (field(fields)) {
      }
    } while (fields.size() == 1 && trimmed(fields[0]).empty());
    return true;
  }

 private:
  // One field; false when it ends the record.
  bool field(Fields& fields) {
    std::string& value = fields.emplace_back();
    if (rest_.starts_with('"')) {
      rest_.remove_prefix(1);
      for (;; rest_.remove_prefix(1)) {
        if (rest_.empty()) fail("a quoted field does not end");
        if (rest_.starts_with("\"\"")) rest_.remove_prefix(1);
        else if (rest_[0] == '"') break;
        next_line_ += rest_[0] == '\n';
        value += rest_[0];
      }
      rest_.remove_prefix(1);
    } else {
      const std::size_t length = std::min(rest_.find_first_of(",\r\n"), rest_.size());
      value = rest_.substr(0, length);
      rest_.remove_prefix(length);
    }
    if (rest_.empty()) return false;
    if (rest_[0] == ',') return rest_.remove_prefix(1), true;
    if (rest_.starts_with("\r\n")) rest_.remove_prefix(1);
    if (rest_[0] != '\n')
      fail(fmt::format("{} after a field; expected a comma or the end of the line",
                       core::quoted(std::string(rest_.substr(0, 1)))));
    rest_.remove_prefix(1);
    ++next_line_;
    return false;
  }

  std::string_view rest_;
  const std::string& name_;
  std::int64_t line_ = 1, next_line_ = 1;
};

std::size_t label_position(const Fields& header, std::string_view label_column, const Reader& reader) {
  if (label_column.empty()) return header.size() - 1;
  for (std::size_t i = 0; i < header.size(); ++i)
    if (trimmed(header[i]) == label_column) return i;
  reader.fail(fmt::format("has no column {}{} (one of {})", core::quoted(std::string(label_column)),
                          core::did_you_mean(label_column, header), core::join(header, ", ")));
}

bool is_whole(double value) { return value == std::trunc(value) && std::abs(value) <= 0x1p53; }

// Numbers in order of value, then texts in order of their bytes.
struct LabelOrder {
  bool operator()(const std::string& a, const std::string& b) const {
    const std::optional<double> x = number(a), y = number(b);
    if (x && y && *x != *y) return *x < *y;
    return x.has_value() != y.has_value() ? x.has_value() : a < b;
  }
};

void number_classes(const std::vector<std::string>& labels, Table& table) {
  std::map<std::string, std::int32_t, LabelOrder> classes;
  for (const std::string& label : labels) classes[label] = 0;
  std::int32_t next = 0;
  for (auto& [label, index] : classes) index = next++;
  for (const std::string& label : labels) table.examples.y.push_back(classes[label]);
  table.classes = next;
}

}  // namespace

Table parse_csv(std::string_view text, const std::string& name, std::string_view label_column,
                std::optional<bool> regression) {
  Reader reader(text, name);
  Fields header, row;
  if (!reader.next(header)) reader.fail("is empty; a header and a line per example are needed");
  if (header.size() < 2) reader.fail("has one column; features and labels need two or more, with commas between");
  const std::size_t label = label_position(header, label_column, reader);
  Table table{.features = std::ssize(header) - 1};
  std::vector<double> x;
  std::vector<std::string> labels;
  bool whole = true, numbers = true, all_fit = true;
  while (reader.next(row)) {
    if (row.size() != header.size())
      reader.fail(fmt::format("has {} fields where the header has {}", row.size(), header.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::optional<double> value = number(row[i]);
      const auto refuse = [&] {
        reader.fail(fmt::format("column {} holds {}, which is not a number{}", core::quoted(header[i]),
                                core::quoted(row[i]), value ? " in single precision" : ""));
      };
      const bool fits = value && std::abs(*value) <= std::numeric_limits<float>::max();
      if (i == label) {
        labels.emplace_back(trimmed(row[i]));
        if (labels.back().empty()) reader.fail(fmt::format("column {} is empty", core::quoted(header[i])));
        numbers &= value.has_value();
        whole &= value && is_whole(*value);
        if (regression.value_or(false) && !fits) refuse();
        all_fit &= fits;
      } else {
        if (!fits) refuse();
        x.push_back(*value);
      }
    }
  }
  if (labels.empty()) reader.fail("has a header but no examples");
  table.examples.x = std::move(x);
  const bool targets = regression.value_or(numbers && !whole);
  if (targets && !all_fit)
    fail(name,
         fmt::format("column {} holds targets that are no numbers in single precision", core::quoted(header[label])));
  if (targets)
    for (const std::string& target : labels) table.examples.targets.push_back(*number(target));
  else number_classes(labels, table);
  return table;
}

std::string csv_field(std::string_view text) {
  // A spreadsheet computes text that begins like a formula; behind an apostrophe it shows it.
  const bool formula = !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos &&
                       !core::parse_number(text);
  if (!formula && text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string result = formula ? "\"'" : "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

Facts csv_facts(const std::filesystem::path& file, std::string_view label_column, std::optional<bool> regression) {
  const Table table = parse_csv(read_bytes(file), file.string(), label_column, regression);
  const auto size = static_cast<std::int64_t>(std::max(table.examples.y.size(), table.examples.targets.size()));
  return {size, 0, {1, 1, table.features}, table.classes, std::max<std::int64_t>(table.classes, 1), {file}};
}

DataSet read_csv(const std::filesystem::path& file, std::string_view label_column, std::optional<bool> regression) {
  return {parse_csv(read_bytes(file), file.string(), label_column, regression).examples, {}};
}

}  // namespace descent::formats
