#pragma once
// The rows of the results and their columns. Every column is declared once, with its name, value and help.

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

// In evaluation mode, without the weight decay term; absent if the split is not evaluated.
struct SplitMetrics {
  std::optional<double> loss;
  std::optional<double> error;    // of classification
  std::optional<double> mae, r2;  // of regression
};

struct Metrics {
  SplitMetrics train, val, test;

  SplitMetrics& of(config::Split split) {
    return split == config::Split::train ? train : split == config::Split::val ? val : test;
  }
};

// One row of curves.csv.
struct Evaluation {
  double epoch = 0;  // step / steps per epoch
  std::int64_t step = 0;
  Metrics metrics;
  std::optional<double> lr, weight_norm, gradient_norm;
};

// The evaluation at which early stopping stops, and the one whose weights it restores.
struct Stop {
  std::optional<Evaluation> stopped, restored;
};

// One row of summary.csv.
struct Summary {
  std::int64_t parameters = 0;
  std::optional<std::int64_t> diverged_step;
  std::optional<Evaluation> final;  // the last evaluation
  std::optional<Evaluation> best;   // with the best validation value: the monitored one, otherwise val_loss
  Stop early_stopping;              // of the monitored value, even if training continued
  std::string stopped_reason;       // "patience" or "end"; empty without early stopping
  Stop by_val_loss, by_val_error;   // of these values, whichever is monitored
  std::optional<double> min_test_loss, min_test_loss_epoch, min_test_error, min_test_error_epoch;

  RunState state() const { return diverged_step ? RunState::diverged : RunState::done; }
};

// One row of probes.csv: a measurement inside the network.
struct ProbeRow {
  double epoch = 0;
  std::int64_t step = 0;
  std::string probe, layer;  // an empty layer stands for the whole network
  double value = 0;
};

// The text of a cell, without commas: the shortest text that parses to the same number; empty for an absent value.
inline std::string cell(std::string_view text) { return std::string(text); }
inline std::string cell(std::int64_t value) { return std::to_string(value); }
inline std::string cell(double value) { return core::format_number(value); }
template <class Number> std::string cell(const std::optional<Number>& value) { return value ? cell(*value) : ""; }

// How points.csv shows a column: label: not at all; constant: one value per point; measure: mean and interval.
enum class ColumnKind { label, constant, measure };

// What an experiment must have for a column to have values.
enum class Need { train, val, test, class_labels, real_targets, early_stopping, learning_rate, gradient };

template <class Row> struct Column {
  std::string name;
  ColumnKind kind;
  std::function<std::string(const Row&)> get;
  std::vector<Need> needs;
  std::string help{};
};

// The reason why a column with these needs is empty in every run of the experiment; empty if it is not.
std::string_view why_empty(const std::vector<Need>& needs, const config::Experiment& experiment);

// The columns after `run`, the factors and `seed`.
std::span<const Column<Evaluation>> curve_columns();
std::span<const Column<Summary>> summary_columns();
std::span<const Column<ProbeRow>> probe_columns();

// The index of the column with this name, which must exist.
template <class Row> std::size_t column_at(std::span<const Column<Row>> columns, std::string_view name) {
  const auto found = std::ranges::find(columns, name, &Column<Row>::name);
  if (found == columns.end()) throw std::logic_error("no column " + std::string(name));
  return static_cast<std::size_t>(found - columns.begin());
}

// The column names, separated by commas.
template <class Row> std::string column_names(std::span<const Column<Row>> columns) {
  std::string names;
  for (const Column<Row>& column : columns) names += (names.empty() ? "" : ",") + column.name;
  return names;
}

// The help of a column of curves.csv or summary.csv; empty for an unknown name.
std::string column_help(std::string_view name);

// The state in a row of summary.csv.
RunState state_in(const std::vector<std::string>& cells);

// The cells of a row, separated by commas.
template <class Row> std::string row_text(std::span<const Column<Row>> columns, const Row& row) {
  std::string text;
  for (const Column<Row>& column : columns) text.append(&column == columns.data() ? "" : ",").append(column.get(row));
  return text;
}

// The tables with rows of single runs; each is a file in the parts and in the results folder.
enum class Table { curves, summary, probes };
inline constexpr std::array all_tables{Table::curves, Table::summary, Table::probes};
std::string_view file_name(Table table);
std::string column_names(Table table);

// True if the text is a valid row of the table: cells separated by commas.
bool can_be_row(Table table, std::string_view cells);

// For each column of the table, whether the merged file has it: true if some point of the plan can fill it. Parts have
// all columns, since the sweep may change.
std::vector<bool> written_columns(Table table, const plan::Plan& plan);

}  // namespace descent::store
