#pragma once
// The rows of the results and, once each, their columns: header, help and value of every CSV follow from
// here.

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

namespace descent::store {

// The measurements of one network at one moment; absent where the split does not exist.
struct Metrics {
  std::optional<double> train_loss, train_error, val_loss, val_error, test_loss, test_error;
};

// One row of curves.csv.
struct Evaluation {
  double epoch = 0;  // step / steps per epoch
  std::int64_t step = 0;
  Metrics metrics;  // full passes in evaluation mode, without the decay term
  std::optional<double> lr, weight_norm, gradient_norm;
};

// A moment of training that the summary names.
struct Moment {
  std::optional<double> epoch;
  std::optional<std::int64_t> step;
  Metrics metrics;
};

// Where the patience rule stops when it watches one value, and what it then restores.
struct Stop {
  Moment stopped, restored;
};

// One row of summary.csv.
struct Summary {
  std::string state = "done";  // done, diverged
  std::int64_t parameters = 0;
  std::optional<std::int64_t> diverged_step;
  Moment final;  // the last evaluation of the training
  std::optional<double> final_weight_norm;
  Moment best;   // at the best validation value (the monitored one, else val_loss); empty without validation
  Moment stopped;              // where the patience rule stopped, or would have
  std::string stopped_reason;  // "patience", "end"; empty without early stopping
  Moment restored;             // whose weights are kept
  Stop by_val_loss, by_val_error;  // the same rule on either value, whichever is monitored
  std::optional<double> min_test_loss, min_test_loss_epoch, min_test_error,
      min_test_error_epoch;  // oracle minima
};

// One row of probes.csv: a measurement inside the network.
struct ProbeRow {
  double epoch = 0;
  std::int64_t step = 0;
  std::string probe, layer;  // what was measured and where; an empty layer is the whole network
  double value = 0;
};

// A cell: absent, whole number, number or text.
using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;
std::string cell_text(const Cell& cell);

template <class Number>
Cell cell(const std::optional<Number>& value) {
  return value ? Cell(*value) : Cell();
}

inline Cell cell(const std::string& text) { return text.empty() ? Cell() : Cell(text); }

// How points.csv shows a column: not at all, once per point, or as mean and interval.
enum class Role { label, constant, measure };

template <class Row>
struct Column {
  std::string name;
  std::string help;
  Role role;
  std::function<Cell(const Row&)> get;
};

// After `run`, the factors and `seed`.
std::span<const Column<Evaluation>> curve_columns();
std::span<const Column<Summary>> summary_columns();
std::span<const Column<ProbeRow>> probe_columns();

// Position of a column by its name, which must exist.
template <class Row>
std::size_t column_at(std::span<const Column<Row>> columns, std::string_view name) {
  const auto found = std::ranges::find(columns, name, &Column<Row>::name);
  if (found == columns.end()) throw std::logic_error("no column " + std::string(name));
  return static_cast<std::size_t>(found - columns.begin());
}

// The column names with commas between, as in a header.
template <class Row>
std::string column_names(std::span<const Column<Row>> columns) {
  std::string names;
  for (const Column<Row>& column : columns) names += (names.empty() ? "" : ",") + column.name;
  return names;
}

// The cells of a row with commas between.
template <class Row>
std::string row_text(std::span<const Column<Row>> columns, const Row& row) {
  std::string text;
  for (const Column<Row>& column : columns)
    text.append(&column == columns.data() ? "" : ",").append(cell_text(column.get(row)));
  return text;
}

// The tables that have rows of single runs: one file each, in parts and merged.
enum class Table { curves, summary, probes };
inline constexpr std::array all_tables{Table::curves, Table::summary, Table::probes};
std::string_view file_name(Table table);
const std::string& column_names(Table table);

}  // namespace descent::store
