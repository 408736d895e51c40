#pragma once
// The rows of the results and their columns. Every column is declared once: header and value of every CSV follow from
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
#include <vector>

#include "core/text.h"
#include "plan/plan.h"
#include "store/run_state.h"

namespace descent::store {

// Full passes over the splits in evaluation mode, without the decay term; absent where a split is not evaluated. With
// classes there are errors, with real targets mean absolute errors and R^2.
struct Metrics {
  std::optional<double> train_loss, train_error, val_loss, val_error, test_loss, test_error;
  std::optional<double> train_mae, train_r2, val_mae, val_r2, test_mae, test_r2;
};

// One row of curves.csv.
struct Evaluation {
  double epoch = 0;  // step / steps per epoch
  std::int64_t step = 0;
  Metrics metrics;
  std::optional<double> lr, weight_norm, gradient_norm;
};

// Where the patience rule stops, and the evaluation whose weights it restores.
struct Stop {
  std::optional<Evaluation> stopped, restored;
};

// One row of summary.csv.
struct Summary {
  std::int64_t parameters = 0;
  std::optional<std::int64_t> diverged_step;
  std::optional<Evaluation> final;  // the last one of the training
  std::optional<Evaluation> best;   // with the best validation value: the monitored one, otherwise val_loss
  Stop early_stopping;              // where the rule stopped, or would have stopped the training
  std::string stopped_reason;       // "patience", "end"; empty without early stopping
  Stop by_val_loss, by_val_error;   // the same rule on either value, whichever is monitored
  std::optional<double> min_test_loss, min_test_loss_epoch, min_test_error, min_test_error_epoch;

  RunState state() const { return diverged_step ? RunState::diverged : RunState::done; }
};

// One row of probes.csv: a measurement inside the network.
struct ProbeRow {
  double epoch = 0;
  std::int64_t step = 0;
  std::string probe, layer;  // what was measured and where; an empty layer is the whole network
  double value = 0;
};

// The text of a cell: numbers as the shortest text that reads back, nothing where a value is absent. No cell holds a
// comma.
inline std::string cell(std::string_view text) { return std::string(text); }
inline std::string cell(std::int64_t value) { return std::to_string(value); }
inline std::string cell(double value) { return core::format_number(value); }
template <class Number> std::string cell(const std::optional<Number>& value) { return value ? cell(*value) : ""; }

// How points.csv shows a column: not at all, once per point, or as mean and interval.
enum class ColumnKind { label, constant, measure };

// What an experiment must have for a column to hold values.
enum class Need { train, val, test, class_labels, real_targets, early_stopping, learning_rate, gradient };

template <class Row> struct Column {
  std::string name;
  ColumnKind kind;
  std::function<std::string(const Row&)> get;
  std::vector<Need> needs;
  std::string help{};
};

// Why a column with these needs is empty in every run of the experiment; empty if the experiment can fill it.
std::string_view why_empty(const std::vector<Need>& needs, const config::Experiment& experiment);

// After `run`, the factors and `seed`.
std::span<const Column<Evaluation>> curve_columns();
std::span<const Column<Summary>> summary_columns();
std::span<const Column<ProbeRow>> probe_columns();

// Position of a column by its name, which must exist.
template <class Row> std::size_t column_at(std::span<const Column<Row>> columns, std::string_view name) {
  const auto found = std::ranges::find(columns, name, &Column<Row>::name);
  if (found == columns.end()) throw std::logic_error("no column " + std::string(name));
  return static_cast<std::size_t>(found - columns.begin());
}

// The column names with commas between, as in a header.
template <class Row> std::string column_names(std::span<const Column<Row>> columns) {
  std::string names;
  for (const Column<Row>& column : columns) names += (names.empty() ? "" : ",") + column.name;
  return names;
}

// What a column of curves.csv or summary.csv holds; empty for an unknown name.
std::string column_help(std::string_view name);

// The state in a row of summary.csv.
RunState state_in(const std::vector<std::string>& cells);

// The cells of a row with commas between.
template <class Row> std::string row_text(std::span<const Column<Row>> columns, const Row& row) {
  std::string text;
  for (const Column<Row>& column : columns) text.append(&column == columns.data() ? "" : ",").append(column.get(row));
  return text;
}

// The tables that have rows of single runs: one file each, in parts and merged.
enum class Table { curves, summary, probes };
inline constexpr std::array all_tables{Table::curves, Table::summary, Table::probes};
std::string_view file_name(Table table);
std::string column_names(Table table);

// Whether these can be the cells of a row of the table, with commas between.
bool can_be_row(Table table, std::string_view cells);

// For each column of the table whether the merged file has it: whether some point of the plan can fill it. Parts have
// all columns, since the sweep may change.
std::vector<bool> written_columns(Table table, const plan::Plan& plan);

}  // namespace descent::store
