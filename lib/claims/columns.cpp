#include "claims/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "core/text.h"
#include "store/columns.h"

namespace descent::claims {
namespace {

template <class Row>
bool has_column(std::span<const store::Column<Row>> columns, std::string_view name) {
  return std::ranges::any_of(columns, [&](const auto& c) { return c.name == name && c.role != store::Role::label; });
}

std::vector<std::string> column_names() {
  std::vector<std::string> names{"diverged", "probe"};
  for (const auto& column : store::summary_columns())
    if (column.role != store::Role::label) names.push_back(column.name);
  for (const auto& column : store::curve_columns()) names.push_back(column.name);
  return names;
}

// Why a column is empty in every run of this experiment, or nothing.
std::string_view why_empty(std::string_view column, const config::Experiment& experiment) {
  const bool stops = experiment.train.early_stopping.monitor != config::Monitor::none;
  const bool validates = config::split_sizes(experiment.data).val > 0;
  if (column.starts_with("stopped_") && !stops) return "there is no early stopping";
  if (!validates && (column.find("val_") != column.npos || column.starts_with("best_")))
    return "there are no validation examples";
  return "";
}

class Selection {
 public:
  Selection(const Domain& domain, std::vector<Finding>& findings) : domain_(domain), findings_(findings) {
    points_.resize(domain.points());
    std::iota(points_.begin(), points_.end(), std::size_t{0});
  }

  // False after a finding.
  bool narrow(const Selector& selector) {
    std::string problem;
    const auto path = domain_.resolve(selector.name, problem);
    if (!path) return fail(selector.offset, std::move(problem));
    if (!paths_.insert(*path).second) return fail(selector.offset, fmt::format("{} is selected twice", selector.name));
    for (const Literal& value : selector.values)
      if (selector.relation == Relation::equal && !selector.range && !known(*path, value)) return false;
    std::vector<std::size_t> kept;
    for (const std::size_t point : points_)
      if (matches(selector, domain_.value(*path, point))) kept.push_back(point);
    points_ = std::move(kept);
    if (points_.empty())
      return fail(selector.offset, fmt::format("no point has this {}{}", selector.name,
                                               paths_.size() > 1 ? " beside what is selected before it" : ""));
    return true;
  }

  std::vector<std::size_t> points_;

 private:
  bool fail(std::size_t offset, std::string message) {
    findings_.push_back({offset, std::move(message)});
    return false;
  }

  static bool equals(const Literal& literal, const std::string& value) {
    if (!literal.number) return literal.text == value;
    const auto number = number_of(value);
    return number && *number == *literal.number;
  }

  static bool matches(const Selector& selector, const std::string& value) {
    if (selector.relation == Relation::equal && !selector.range)
      return std::ranges::any_of(selector.values, [&](const Literal& literal) { return equals(literal, value); });
    const auto number = number_of(value);
    if (!number) return false;
    if (selector.range) return *selector.values[0].number <= *number && *number <= *selector.values[1].number;
    return holds(selector.relation, *number, *selector.values[0].number);
  }

  bool known(const std::string& path, const Literal& literal) {
    std::vector<std::string> values;
    for (std::size_t point = 0; point < domain_.points(); ++point) {
      const std::string& value = domain_.value(path, point);
      if (equals(literal, value)) return true;
      if (std::ranges::find(values, value) == values.end() && values.size() < 50) values.push_back(value);
    }
    const bool is_word = !literal.number && literal.text.size() > 1;
    return fail(literal.offset, fmt::format("no point has {}={}{} (one of {})", domain_.short_name(path), literal.text,
                                            is_word ? core::did_you_mean(literal.text, values) : "",
                                            core::join(values, ", ")));
  }

  const Domain& domain_;
  std::vector<Finding>& findings_;
  std::set<std::string> paths_;
};

// epoch=10, step<=800, at=end, layer=linear3; false after a finding.
bool check_rows(const Selector& time, const Syntax& column, const Request& request, std::vector<Finding>& findings) {
  const auto fail = [&](std::size_t offset, std::string message) {
    findings.push_back({offset, std::move(message)});
    return false;
  };
  if (time.name == "layer") {
    if (request.source != Request::Source::probe) return fail(time.offset, "only probes have a layer");
    if (time.range || time.relation != Relation::equal) return fail(time.offset, "expected layer=NAME");
    return true;
  }
  if (request.source != Request::Source::curve && request.source != Request::Source::probe)
    return fail(time.offset, fmt::format("{} is one number per run; \"{}\" selects from curves, such as "
                                         "test_error(epoch=10)", column.word, time.name));
  if (time.name == "at") {
    const std::string& text = time.values[0].text;
    if (time.relation != Relation::equal || time.values.size() > 1 || (text != "start" && text != "end"))
      return fail(time.offset, "expected at=start or at=end");
    return true;
  }
  for (const Literal& value : time.values)
    if (!value.number) return fail(value.offset, fmt::format("expected a number of {}s", time.name));
  return true;
}

bool leaves_one_row(const Selector& time) {
  return time.relation == Relation::equal && !time.range && time.values.size() == 1;
}

std::optional<Request> probe_of(const Syntax& column, std::vector<Finding>& findings) {
  std::vector<std::string> names;
  for (const config::Choice& choice : config::choices_of(config::ProbeName{}).table) names.emplace_back(choice.name);
  const std::string given = column.argument ? column.argument->text : "";
  if (std::ranges::find(names, given) != names.end()) return Request{Request::Source::probe, given};
  findings.push_back({column.argument ? column.argument->offset : column.offset,
                      column.argument ? fmt::format("unknown probe {}{} (descent list probes)", core::quoted(given),
                                                    core::did_you_mean(given, names))
                                      : "expected the name of a probe: probe(NAME, width=48)"});
  return std::nullopt;
}

// Whether a probe is measured in the runs of a point.
bool measures(const config::Experiment& experiment, std::string_view probe) {
  return std::ranges::any_of(experiment.probes.names,
                             [&](config::ProbeName name) { return config::name_of(name) == probe; });
}

std::optional<Request> request_of(const Syntax& column, std::vector<Finding>& findings) {
  if (column.word == "probe") return probe_of(column, findings);
  Request request{Request::Source::summary, column.word};
  if (column.argument) {
    findings.push_back({column.argument->offset, fmt::format("expected a selection such as width=48, got {}",
                                                             core::quoted(column.argument->text))});
    return std::nullopt;
  }
  if (column.word == "diverged") request.source = Request::Source::diverged;
  else if (has_column(store::curve_columns(), column.word)) request.source = Request::Source::curve;
  else if (!has_column(store::summary_columns(), column.word)) {
    findings.push_back({column.offset, fmt::format("unknown column {}{} (columns of summary.csv and curves.csv, "
                                                   "diverged, probe)", core::quoted(column.word),
                                                   core::did_you_mean(column.word, column_names()))});
    return std::nullopt;
  }
  return request;
}

}  // namespace

bool selects_rows(std::string_view name) {
  return name == "epoch" || name == "step" || name == "layer" || name == "at";
}

std::optional<ColumnUse> use_column(const Syntax& column, const Domain& domain, std::vector<Finding>& findings) {
  const std::size_t before = findings.size();
  auto request = request_of(column, findings);
  ColumnUse use;
  if (request) use.request = std::move(*request);
  Selection selection(domain, findings);
  bool selects = true;
  for (const Selector& selector : column.selectors) {
    if (!selects_rows(selector.name)) selects = selection.narrow(selector) && selects;
    else if (request && check_rows(selector, column, use.request, findings)) use.request.rows.push_back(selector);
  }
  if (findings.size() > before) return std::nullopt;
  use.points = std::move(selection.points_);
  const bool is_probe = use.request.source == Request::Source::probe;  // which rows it has the results will tell
  use.along = is_probe || (use.request.source == Request::Source::curve &&
                           std::ranges::none_of(use.request.rows, leaves_one_row));
  use.single = is_probe || !use.along;
  for (const std::size_t point : use.points) {
    if (is_probe && !measures(domain.experiment(point), use.request.column)) {
      findings.push_back({column.argument->offset, fmt::format("{} is not measured; add it to probes.names",
                                                               use.request.column)});
      return std::nullopt;
    }
    if (const auto reason = why_empty(use.request.column, domain.experiment(point)); !reason.empty()) {
      findings.push_back({column.offset, fmt::format("{} is empty: {}", column.word, reason)});
      return std::nullopt;
    }
  }
  return use;
}

}  // namespace descent::claims
