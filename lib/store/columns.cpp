#include "store/columns.h"

#include <array>
#include <vector>

#include "core/text.h"

namespace descent::store {
namespace {

// The measurements, named once; every table of columns takes them from here.
struct Metric {
  std::string_view name, help;
  std::optional<double> Metrics::*field;
};
constexpr std::array<Metric, 6> metrics{{
    {"train_loss", "loss on the training examples, with their labels as trained on", &Metrics::train_loss},
    {"train_error", "fraction of training examples classified wrongly", &Metrics::train_error},
    {"val_loss", "loss on the validation examples", &Metrics::val_loss},
    {"val_error", "fraction of validation examples classified wrongly", &Metrics::val_error},
    {"test_loss", "loss on the test examples", &Metrics::test_loss},
    {"test_error", "fraction of test examples classified wrongly", &Metrics::test_error},
}};

// The moments of training that the summary names.
struct NamedMoment {
  std::string_view prefix, help;
  Moment Summary::*field;
};
constexpr NamedMoment final_moment{"final", "at the last evaluation", &Summary::final};
constexpr NamedMoment best_moment{"best", "at the best validation value", &Summary::best};
constexpr NamedMoment stopped_moment{"stopped", "where the patience rule stopped or would have",
                                     &Summary::stopped};
constexpr NamedMoment restored_moment{"restored", "of the weights that were kept", &Summary::restored};

using SummaryColumns = std::vector<Column<Summary>>;

void add_time(SummaryColumns& columns, const NamedMoment& moment) {
  const std::string prefix(moment.prefix), help = ", " + std::string(moment.help);
  columns.push_back({prefix + "_epoch", "epoch" + help, Role::measure,
                     [field = moment.field](const Summary& row) { return cell((row.*field).epoch); }});
  columns.push_back({prefix + "_step", "step" + help, Role::measure,
                     [field = moment.field](const Summary& row) { return cell((row.*field).step); }});
}

void add_metrics(SummaryColumns& columns, const NamedMoment& moment) {
  for (const Metric& metric : metrics)
    columns.push_back({std::string(moment.prefix) + "_" + std::string(metric.name),
                       std::string(metric.help) + ", " + std::string(moment.help), Role::measure,
                       [field = moment.field, value = metric.field](const Summary& row) {
                         return cell((row.*field).metrics.*value);
                       }});
}

// What became of the test examples under the rule that watches `value`.
void add_stop(SummaryColumns& columns, const std::string& value, Stop Summary::*stop) {
  const auto add = [&](const std::string& moment, const std::string& help, Moment Stop::*field) {
    const std::string prefix = value + "_" + moment + "_", where = help + value;
    columns.push_back({prefix + "epoch", "epoch, " + where, Role::measure,
                       [=](const Summary& row) { return cell((row.*stop.*field).epoch); }});
    for (const Metric& metric : metrics)
      if (metric.name.starts_with("test"))
        columns.push_back({prefix + std::string(metric.name), std::string(metric.help) + ", " + where, Role::measure,
                           [=, read = metric.field](const Summary& row) {
                             return cell((row.*stop.*field).metrics.*read);
                           }});
  };
  add("stopped", "where the patience rule stops that watches ", &Stop::stopped);
  add("restored", "of the weights kept by the rule that watches ", &Stop::restored);
}

void add_minimum(SummaryColumns& columns, const std::string& metric, std::optional<double> Summary::*value,
                 std::optional<double> Summary::*epoch) {
  columns.push_back({"min_" + metric, "smallest " + metric + " of all evaluations: an oracle, not a choice",
                     Role::measure, [value](const Summary& row) { return cell(row.*value); }});
  columns.push_back({"min_" + metric + "_epoch", "epoch of min_" + metric, Role::measure,
                     [epoch](const Summary& row) { return cell(row.*epoch); }});
}

SummaryColumns make_summary_columns() {
  SummaryColumns columns{
      {"parameters", "trainable numbers of the network", Role::constant,
       [](const Summary& row) { return Cell(row.parameters); }},
      {"state", "done or diverged", Role::label, [](const Summary& row) { return cell(row.state); }},
      {"diverged_step", "optimizer steps until the loss was not finite", Role::label,
       [](const Summary& row) { return cell(row.diverged_step); }},
  };
  add_time(columns, final_moment);
  add_metrics(columns, final_moment);
  columns.push_back({"final_weight_norm", "Euclidean norm of all weights, at the last evaluation", Role::measure,
                     [](const Summary& row) { return cell(row.final_weight_norm); }});
  add_time(columns, best_moment);
  add_metrics(columns, best_moment);
  add_time(columns, stopped_moment);
  columns.push_back({"stopped_reason", "patience, or end: the training ended first", Role::label,
                     [](const Summary& row) { return cell(row.stopped_reason); }});
  add_metrics(columns, stopped_moment);
  add_time(columns, restored_moment);
  add_metrics(columns, restored_moment);
  add_stop(columns, "val_loss", &Summary::by_val_loss);
  add_stop(columns, "val_error", &Summary::by_val_error);
  add_minimum(columns, "test_loss", &Summary::min_test_loss, &Summary::min_test_loss_epoch);
  add_minimum(columns, "test_error", &Summary::min_test_error, &Summary::min_test_error_epoch);
  return columns;
}

std::vector<Column<Evaluation>> make_curve_columns() {
  std::vector<Column<Evaluation>> columns{
      {"epoch", "step / steps per epoch", Role::measure,
       [](const Evaluation& row) { return Cell(row.epoch); }},
      {"step", "optimizer steps so far", Role::measure, [](const Evaluation& row) { return Cell(row.step); }},
  };
  for (const Metric& metric : metrics)
    columns.push_back({std::string(metric.name), std::string(metric.help), Role::measure,
                       [value = metric.field](const Evaluation& row) { return cell(row.metrics.*value); }});
  columns.push_back({"lr", "learning rate of the last step; at step 0 of the first", Role::measure,
                     [](const Evaluation& row) { return cell(row.lr); }});
  columns.push_back({"weight_norm", "Euclidean norm of all weights, without biases and norms", Role::measure,
                     [](const Evaluation& row) { return cell(row.weight_norm); }});
  columns.push_back({"gradient_norm", "Euclidean norm of the gradient of the last step, before clipping",
                     Role::measure, [](const Evaluation& row) { return cell(row.gradient_norm); }});
  return columns;
}

}  // namespace

std::string cell_text(const Cell& cell) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return std::to_string(*whole);
  if (const auto* number = std::get_if<double>(&cell)) return core::format_number(*number);
  if (const auto* text = std::get_if<std::string>(&cell)) return core::csv_field(*text);
  return "";
}

std::span<const Column<Evaluation>> curve_columns() {
  static const auto columns = make_curve_columns();
  return columns;
}

std::span<const Column<Summary>> summary_columns() {
  static const auto columns = make_summary_columns();
  return columns;
}

std::span<const Column<ProbeRow>> probe_columns() {
  static const std::vector<Column<ProbeRow>> columns{
      {"epoch", "step / steps per epoch", Role::measure, [](const ProbeRow& row) { return Cell(row.epoch); }},
      {"step", "optimizer steps so far", Role::measure, [](const ProbeRow& row) { return Cell(row.step); }},
      {"probe", "what was measured: descent list probes", Role::label,
       [](const ProbeRow& row) { return cell(row.probe); }},
      {"layer", "where; empty: in the whole network", Role::label,
       [](const ProbeRow& row) { return cell(row.layer); }},
      {"value", "the measurement", Role::measure, [](const ProbeRow& row) { return Cell(row.value); }},
  };
  return columns;
}

std::string_view file_name(Table table) {
  switch (table) {
    case Table::curves: return "curves.csv";
    case Table::summary: return "summary.csv";
    case Table::probes: return "probes.csv";
  }
  __builtin_unreachable();
}

const std::string& column_names(Table table) {
  static const std::array names{column_names(curve_columns()), column_names(summary_columns()),
                                column_names(probe_columns())};
  return names[static_cast<std::size_t>(table)];
}

}  // namespace descent::store
