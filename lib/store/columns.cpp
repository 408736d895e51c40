#include "store/columns.h"

#include <cmath>

#include "config/data_facts.h"

namespace descent::store {
namespace {

template <class Member> auto cell_of(Member member) {
  return [member](const auto& row) { return cell(row.*member); };
}

void add(std::vector<Column<Evaluation>>& columns, const std::string& name, Need need, SplitMetrics Metrics::*split,
         const std::string& examples, const std::string& loss_details = "") {
  using E = Evaluation;
  using M = SplitMetrics;
  const auto add = [&](const std::string& suffix, std::function<std::string(const E&)> get, std::vector<Need> needs,
                       const std::string& help) {
    columns.push_back({name + suffix, ColumnKind::measure, std::move(get), std::move(needs), help});
  };
  const auto value = [split](auto member) {
    return [split, member](const E& row) { return cell(row.metrics.*split.*member); };
  };
  const auto rmse = [split](const E& row) {
    const M& metrics = row.metrics.*split;
    return metrics.mae ? cell(std::sqrt(*metrics.loss)) : "";
  };
  add("_loss", value(&M::loss), {need}, "mean loss on the " + examples + loss_details);
  add("_error", value(&M::error), {need, Need::class_labels},
      "fraction of misclassified " + examples + ", 1 - accuracy");
  add("_rmse", rmse, {need, Need::real_targets},
      "square root of the mean squared error on the " + examples + ", in the units of the targets");
  add("_mae", value(&M::mae), {need, Need::real_targets},
      "mean absolute error on the " + examples + ", in the units of the targets");
  add("_r2", value(&M::r2), {need, Need::real_targets},
      "1 - mean squared error / variance of the targets of the " + examples + ", the coefficient of determination");
}

std::vector<Column<Evaluation>> make_curve_columns() {
  using E = Evaluation;
  constexpr ColumnKind kind = ColumnKind::measure;
  std::vector<Column<E>> columns{
      {"epoch", kind, cell_of(&E::epoch), {}, "steps divided by the steps of an epoch"},
      {"step", kind, cell_of(&E::step), {}, "updates of the weights so far"},
  };
  add(columns, "train", Need::train, &Metrics::train, "training examples",
      " with their noisy labels, without weight decay");
  add(columns, "val", Need::val, &Metrics::val, "validation examples");
  add(columns, "test", Need::test, &Metrics::test, "test examples");
  columns.push_back({"lr", kind, cell_of(&E::lr), {Need::learning_rate}, "learning rate of the last step"});
  columns.push_back(
      {"weight_norm", kind, cell_of(&E::weight_norm), {}, "Euclidean norm of all weights, without biases and norms"});
  columns.push_back({"gradient_norm",
                     kind,
                     cell_of(&E::gradient_norm),
                     {Need::gradient},
                     "Euclidean norm of the gradient of the last step, before clipping"});
  return columns;
}

bool is_split(Need need) { return need == Need::train || need == Need::val || need == Need::test; }

using Names = std::vector<std::string_view>;
using Find = std::function<const std::optional<Evaluation>&(const Summary&)>;

// Adds the columns <prefix><name> of the evaluation that `find` returns; `where`: "at the last evaluation".
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
      {"parameters", ColumnKind::constant, cell_of(&S::parameters), {}, "number of trainable parameters"},
      {"state", label, state, {}, "done, or diverged if a loss was not finite"},
      {"diverged_step", label, cell_of(&S::diverged_step), {}, "step before the first loss that was not finite"},
  };
  add(columns, "final_", "at the last evaluation", &S::final, {}, all);
  add(columns, "final_", "at the last evaluation", &S::final, {}, {"weight_norm"});
  add(columns, "best_", "at the evaluation with the best validation value: the monitored one, otherwise val_loss",
      &S::best, {Need::val}, all);
  const auto member = [](Stop S::*rule, std::optional<Evaluation> Stop::*evaluation) -> Find {
    return [=](const S& row) -> auto& { return row.*rule.*evaluation; };
  };
  const Find stopped = member(&S::early_stopping, &Stop::stopped);
  constexpr std::string_view stops_at = "at the evaluation at which early stopping stopped, or would have stopped";
  add(columns, "stopped_", stops_at, stopped, stops, {"epoch", "step"});
  columns.push_back({"stopped_reason", label, cell_of(&S::stopped_reason), stops,
                     "why early stopping stopped, or would have stopped: patience, or the end of training"});
  add(columns, "stopped_", stops_at, stopped, stops, metrics);
  add(columns, "restored_", "at the evaluation whose weights early stopping restored",
      member(&S::early_stopping, &Stop::restored), stops, all);
  const auto add_rule = [&](const std::string& monitor, Stop S::*rule, const std::vector<Need>& needs) {
    const std::string by = "if early stopping monitored " + monitor;
    add(columns, monitor + "_stopped_", "at the evaluation at which training would stop " + by,
        member(rule, &Stop::stopped), needs, test);
    add(columns, monitor + "_restored_", "at the evaluation that would be restored " + by,
        member(rule, &Stop::restored), needs, test);
  };
  add_rule("val_loss", &S::by_val_loss, stops_by_loss);
  add_rule("val_error", &S::by_val_error, stops_by_error);
  const std::vector<Need> loss{Need::test}, error{Need::test, Need::class_labels};
  columns.push_back({"min_test_loss", measure, cell_of(&S::min_test_loss), loss,
                     "smallest test loss of all evaluations, which only an oracle could select"});
  columns.push_back({"min_test_loss_epoch", measure, cell_of(&S::min_test_loss_epoch), loss, "epoch of min_test_loss"});
  columns.push_back({"min_test_error", measure, cell_of(&S::min_test_error), error,
                     "smallest test error of all evaluations, which only an oracle could select"});
  columns.push_back(
      {"min_test_error_epoch", measure, cell_of(&S::min_test_error_epoch), error, "epoch of min_test_error"});
  return columns;
}

std::string_view why_missing(Need need, const config::Experiment& experiment) {
  const config::SolverKind solver = experiment.train.solver.kind;
  const auto check = [](bool has, std::string_view reason) { return has ? std::string_view() : reason; };
  const auto evaluated = [&](config::Split split, std::string_view reason) {
    return check(config::is_evaluated(experiment.train.evaluate, split), reason);
  };
  switch (need) {
    case Need::train: return evaluated(config::Split::train, "train.evaluate.splits does not contain \"train\"");
    case Need::val:
      if (config::split_sizes(experiment.data).val == 0) return "there are no validation examples";
      return evaluated(config::Split::val, "train.evaluate.splits does not contain \"val\"");
    case Need::test:
      if (config::split_sizes(experiment.data).test == 0) return "there are no test examples";
      return evaluated(config::Split::test, "train.evaluate.splits does not contain \"test\"");
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
  const std::string help = find(curve_columns());
  return help.empty() ? find(summary_columns()) : help;
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
