#include "store/columns.h"

#include <cmath>

#include "config/data_facts.h"

namespace descent::store {
namespace {

// The cell of a member of a row.
template <class Member> auto cell_of(Member member) {
  return [member](const auto& row) { return cell(row.*member); };
}

// Of one split.
struct SplitColumns {
  std::string name, examples;
  Need need;
  std::optional<double> Metrics::*loss, Metrics::*error, Metrics::*mae, Metrics::*r2;
};

void add(std::vector<Column<Evaluation>>& columns, const SplitColumns& split, const std::string& of_loss) {
  using E = Evaluation;
  const auto add = [&](const std::string& name, std::function<std::string(const E&)> get, std::vector<Need> needs,
                       const std::string& help) {
    columns.push_back({split.name + name, ColumnKind::measure, std::move(get), std::move(needs), help});
  };
  const auto value = [](auto member) { return [member](const E& row) { return cell(row.metrics.*member); }; };
  add("_loss", value(split.loss), {split.need}, "mean loss on the " + split.examples + of_loss);
  add("_error", value(split.error), {split.need, Need::class_labels},
      "fraction of misclassified " + split.examples + ", 1 - accuracy");
  add(
      "_rmse",
      [split](const E& row) {
        const bool regression = (row.metrics.*split.mae).has_value();
        return regression ? cell(std::sqrt(*(row.metrics.*split.loss))) : "";
      },
      {split.need, Need::real_targets},
      "square root of the mean squared error on the " + split.examples + ", in the units of the targets");
  add("_mae", value(split.mae), {split.need, Need::real_targets},
      "mean absolute error on the " + split.examples + ", in the units of the targets");
  add("_r2", value(split.r2), {split.need, Need::real_targets},
      "1 - mean squared error / variance of the targets of the " + split.examples +
          ", the coefficient of determination");
}

std::vector<Column<Evaluation>> make_curve_columns() {
  using E = Evaluation;
  using M = Metrics;
  constexpr ColumnKind kind = ColumnKind::measure;
  std::vector<Column<E>> columns{
      {"epoch", kind, cell_of(&E::epoch), {}, "steps divided by the steps of an epoch"},
      {"step", kind, cell_of(&E::step), {}, "updates of the weights so far"},
  };
  add(columns,
      {"train", "training examples", Need::train, &M::train_loss, &M::train_error, &M::train_mae, &M::train_r2},
      " with their noisy labels, without weight decay");
  add(columns, {"val", "validation examples", Need::val, &M::val_loss, &M::val_error, &M::val_mae, &M::val_r2}, "");
  add(columns, {"test", "test examples", Need::test, &M::test_loss, &M::test_error, &M::test_mae, &M::test_r2}, "");
  columns.push_back({"lr", kind, cell_of(&E::lr), {Need::learning_rate}, "learning rate of the last step"});
  columns.push_back(
      {"weight_norm", kind, cell_of(&E::weight_norm), {}, "Euclidean norm of all weights, without biases and norms"});
  const std::string of_gradient = "Euclidean norm of the gradient of the last step, before clipping";
  columns.push_back({"gradient_norm", kind, cell_of(&E::gradient_norm), {Need::gradient}, of_gradient});
  return columns;
}

bool is_split(Need need) { return need == Need::train || need == Need::val || need == Need::test; }

using Names = std::vector<std::string_view>;
using Find = std::function<const std::optional<Evaluation>&(const Summary&)>;

// The columns <prefix><name> of an evaluation that the summary names, and where that is: "at the last evaluation".
void add(std::vector<Column<Summary>>& columns, const std::string& prefix, std::string_view where, const Find& find,
         const std::vector<Need>& needs, const Names& names) {
  for (const std::string_view name : names) {
    Column<Evaluation> value = curve_columns()[column_at(curve_columns(), name)];
    value.needs.insert(value.needs.begin(), needs.begin(), needs.end());
    columns.push_back({prefix + value.name, ColumnKind::measure,
                       [find, get = std::move(value.get)](const Summary& row) {
                         const std::optional<Evaluation>& evaluation = find(row);
                         return evaluation ? get(*evaluation) : "";
                       },
                       std::move(value.needs), value.help + ", " + std::string(where)});
  }
}

std::vector<Column<Summary>> make_summary_columns() {
  using S = Summary;
  constexpr ColumnKind label = ColumnKind::label, measure = ColumnKind::measure;
  Names metrics;
  for (const Column<Evaluation>& column : curve_columns())
    if (std::ranges::any_of(column.needs, is_split)) metrics.push_back(column.name);
  Names all{"epoch", "step"};
  all.insert(all.end(), metrics.begin(), metrics.end());
  const Names test{"epoch", "test_loss", "test_error"};
  const std::vector<Need> stops{Need::early_stopping}, stops_by_loss{Need::early_stopping, Need::val},
      stops_by_error{Need::early_stopping, Need::val, Need::class_labels};

  const auto state = [](const S& row) { return cell(name_of(row.state())); };
  std::vector<Column<Summary>> columns{
      {"parameters", ColumnKind::constant, cell_of(&S::parameters), {}, "numbers that are trained"},
      {"state", label, state, {}, "done, or diverged: a loss was not finite"},
      {"diverged_step", label, cell_of(&S::diverged_step), {}, "step before the loss that was not finite"},
  };
  add(columns, "final_", "at the last evaluation", &S::final, {}, all);
  add(columns, "final_", "at the last evaluation", &S::final, {}, {"weight_norm"});
  add(columns, "best_", "at the best validation value: the monitored one, otherwise val_loss", &S::best, {Need::val},
      all);
  const Find stopped = [](const S& row) -> auto& { return row.early_stopping.stopped; };
  constexpr std::string_view stops_at = "where early stopping stopped, or would have";
  add(columns, "stopped_", stops_at, stopped, stops, {"epoch", "step"});
  columns.push_back({"stopped_reason", label, cell_of(&S::stopped_reason), stops,
                     "why early stopping stopped: patience, or the end of training"});
  add(columns, "stopped_", stops_at, stopped, stops, metrics);
  const Find restored = [](const S& row) -> auto& { return row.early_stopping.restored; };
  add(columns, "restored_", "at the evaluation whose weights early stopping restored", restored, stops, all);
  // What the same rule gives when it watches the validation loss or error.
  const auto add_rule = [&](const std::string& watched, Find stop, Find restore, const std::vector<Need>& needs) {
    const std::string rule = "by early stopping on " + watched;
    add(columns, watched + "_stopped_", "where training would be stopped " + rule, stop, needs, test);
    add(columns, watched + "_restored_", "at the evaluation that would be restored " + rule, restore, needs, test);
  };
  add_rule(
      "val_loss", [](const S& row) -> auto& { return row.by_val_loss.stopped; },
      [](const S& row) -> auto& { return row.by_val_loss.restored; }, stops_by_loss);
  add_rule(
      "val_error", [](const S& row) -> auto& { return row.by_val_error.stopped; },
      [](const S& row) -> auto& { return row.by_val_error.restored; }, stops_by_error);
  // An oracle, not a rule to stop by.
  const std::vector<Need> loss{Need::test}, error{Need::test, Need::class_labels};
  columns.push_back({"min_test_loss", measure, cell_of(&S::min_test_loss), loss,
                     "smallest test loss of all evaluations: no rule could choose it"});
  columns.push_back({"min_test_loss_epoch", measure, cell_of(&S::min_test_loss_epoch), loss, "its epoch"});
  columns.push_back({"min_test_error", measure, cell_of(&S::min_test_error), error,
                     "smallest test error of all evaluations: no rule could choose it"});
  columns.push_back({"min_test_error_epoch", measure, cell_of(&S::min_test_error_epoch), error, "its epoch"});
  return columns;
}

std::string_view why_missing(Need need, const config::Experiment& experiment) {
  const config::SolverKind solver = experiment.train.solver.kind;
  const auto check = [](bool has, std::string_view reason) { return has ? std::string_view() : reason; };
  const auto listed = [&](config::Split split, std::string_view reason) {
    return check(config::is_evaluated(experiment.train.evaluate, split), reason);
  };
  switch (need) {
    case Need::train: return listed(config::Split::train, "train.evaluate.splits does not list \"train\"");
    case Need::val:
      if (config::split_sizes(experiment.data).val == 0) return "there are no validation examples";
      return listed(config::Split::val, "train.evaluate.splits does not list \"val\"");
    case Need::test:
      if (config::split_sizes(experiment.data).test == 0) return "there are no test examples";
      return listed(config::Split::test, "train.evaluate.splits does not list \"test\"");
    case Need::class_labels:
      return check(config::data_facts(experiment.data).classes > 0, "the targets are not class labels");
    case Need::real_targets:
      return check(config::data_facts(experiment.data).classes == 0, "the targets are class labels");
    case Need::early_stopping:
      return check(experiment.train.early_stopping.monitor != config::Monitor::none, "there is no early stopping");
    case Need::learning_rate:
      return check(solver == config::SolverKind::optimizer || solver == config::SolverKind::gradient_descent,
                   "the solver has no learning rate");
    case Need::gradient: return check(solver == config::SolverKind::optimizer, "the solver computes no gradient");
  }
  __builtin_unreachable();
}

template <class Visit> auto with_columns(Table table, const Visit& visit) {
  switch (table) {
    case Table::curves: return visit(curve_columns());
    case Table::summary: return visit(summary_columns());
    case Table::probes: return visit(probe_columns());
  }
  __builtin_unreachable();
}

}  // namespace

std::string_view why_empty(const std::vector<Need>& needs, const config::Experiment& experiment) {
  for (const Need need : needs)
    if (const std::string_view reason = why_missing(need, experiment); !reason.empty()) return reason;
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
  using P = ProbeRow;
  static const std::vector<Column<P>> columns{
      {"epoch", ColumnKind::measure, cell_of(&P::epoch), {}}, {"step", ColumnKind::measure, cell_of(&P::step), {}},
      {"probe", ColumnKind::label, cell_of(&P::probe), {}},   {"layer", ColumnKind::label, cell_of(&P::layer), {}},
      {"value", ColumnKind::measure, cell_of(&P::value), {}},
  };
  return columns;
}

std::string column_help(std::string_view name) {
  const auto find = [&](auto columns) {
    const auto found = std::ranges::find_if(columns, [&](const auto& column) { return column.name == name; });
    return found == columns.end() ? "" : found->help;
  };
  const std::string of_curve = find(curve_columns());
  return of_curve.empty() ? find(summary_columns()) : of_curve;
}

RunState state_in(const std::vector<std::string>& cells) {
  static const std::size_t column = column_at(summary_columns(), "state");
  return cells[column] == name_of(RunState::diverged) ? RunState::diverged : RunState::done;
}

std::string_view file_name(Table table) {
  switch (table) {
    case Table::curves: return "curves.csv";
    case Table::summary: return "summary.csv";
    case Table::probes: return "probes.csv";
  }
  __builtin_unreachable();
}

std::string column_names(Table table) {
  return with_columns(table, [](auto columns) { return column_names(columns); });
}

bool can_be_row(Table table, std::string_view cells) {
  return with_columns(table, [&](auto columns) {
    for (const auto& column : columns) {
      const std::size_t end = cells.find(',');
      if ((end == std::string_view::npos) != (&column == &columns.back())) return false;
      const std::string_view value = cells.substr(0, end);
      if (column.name == "state") {
        if (value != name_of(RunState::done) && value != name_of(RunState::diverged)) return false;
      } else if (column.kind != ColumnKind::label && !value.empty() && !core::parse_number(value)) {
        return false;
      }
      cells.remove_prefix(std::min(value.size() + 1, cells.size()));
    }
    return true;
  });
}

std::vector<bool> written_columns(Table table, const plan::Plan& plan) {
  return with_columns(table, [&](auto columns) {
    std::vector<bool> written;
    for (const auto& column : columns)
      written.push_back(std::ranges::any_of(
          plan.points, [&](const plan::Point& point) { return why_empty(column.needs, point.experiment).empty(); }));
    return written;
  });
}

}  // namespace descent::store
