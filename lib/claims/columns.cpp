#include "claims/columns.h"

#include <fmt/format.h>

#include <algorithm>

#include "claims/selection.h"
#include "config/data_facts.h"
#include "core/text.h"
#include "stats/bias_variance.h"
#include "stats/ensembles.h"
#include "store/columns.h"

namespace descent::claims {
namespace {

using Source = Request::Source;
using Names = std::vector<std::string>;

template <class Row>
Names numbers_of(std::span<const store::Column<Row>> columns) {
  Names names;
  for (const auto& column : columns)
    if (column.kind != store::ColumnKind::label) names.push_back(column.name);
  return names;
}

bool has(const Names& names, std::string_view name) { return std::ranges::find(names, name) != names.end(); }

template <class Row>
std::string_view why_empty(std::span<const store::Column<Row>> columns, const Request& request,
                           const config::Experiment& experiment) {
  return store::why_empty(columns[column_at(columns, request.column)].needs, experiment);
}

// Why a column is empty in every run of this experiment, or nothing.
std::string_view why_empty(const Request& request, const config::Experiment& experiment) {
  const std::string_view column = request.column;
  const config::LossKind loss = experiment.train.loss.kind;
  if (request.source == Source::ensemble && experiment.ensemble.of == config::EnsembleOf::none)
    return "no predictions are averaged; add \"ensemble\": \"seeds\"";
  if (request.source == Source::bias_variance && !experiment.bias_variance)
    return "add \"bias_variance\": true";
  if (column == "ambiguity" && loss != config::LossKind::mse) return "the loss is not the squared error";
  if (column.starts_with("cross_entropy_") && loss != config::LossKind::cross_entropy)
    return "the loss is not the cross-entropy";
  if (request.source == Source::curve) return why_empty(store::curve_columns(), request, experiment);
  if (request.source == Source::summary) return why_empty(store::summary_columns(), request, experiment);
  if (request.source != Source::probe && column.find("error") != column.npos)
    return store::why_empty({store::Need::class_labels}, experiment);
  return "";
}

// epoch=10, step<=800, at=end, layer=linear3; false after a finding.
bool check_rows(const Selector& time, const Syntax& column, const Request& request,
                std::vector<Finding>& findings) {
  const auto fail = [&](std::size_t offset, std::string message) {
    findings.push_back({offset, std::move(message)});
    return false;
  };
  if (time.name == "layer") {
    if (request.source != Source::probe) return fail(time.offset, "only probes have a layer");
    if (time.range || time.relation != Relation::equal) return fail(time.offset, "expected layer=NAME");
    return true;
  }
  if (request.source != Source::curve && request.source != Source::probe)
    return fail(time.offset,
                fmt::format("{} is one number {}; \"{}\" selects from curves, such as "
                            "test_error(epoch=10)",
                            request.column, column.argument ? "of several runs" : "per run", time.name));
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

// NAME of probe(NAME, width=48) and the like.
std::optional<Request> request_named(const Syntax& column, Source source, const Names& names,
                                     std::string_view what, const std::string& where,
                                     std::vector<Finding>& findings) {
  const std::string given = column.argument ? column.argument->text : "";
  if (has(names, given)) return Request{source, given};
  findings.push_back({column.argument ? column.argument->offset : column.offset,
                      column.argument
                          ? fmt::format("unknown {} {}{} ({})", what, core::quoted(given),
                                        core::did_you_mean(given, names), where)
                          : fmt::format("expected the name of a {}: {}(NAME, width=48)", what, column.word)});
  return std::nullopt;
}

// Whether a probe is measured in the runs of a point.
bool measures(const config::Experiment& experiment, std::string_view probe) {
  return std::ranges::any_of(experiment.probes.names,
                             [&](config::ProbeName name) { return config::name_of(name) == probe; });
}

std::optional<Request> request_of(const Syntax& column, std::vector<Finding>& findings) {
  if (column.word == "probe") {
    return request_named(column, Source::probe, config::choices_of(config::ProbeName{}).names(), "probe",
                         "descent list probes", findings);
  }
  if (column.word == "ensemble" || column.word == "bias_variance") {
    const bool votes = column.word == "ensemble";
    const Names names =
        votes ? numbers_of(stats::ensemble_columns()) : numbers_of(stats::bias_variance_columns());
    return request_named(column, votes ? Source::ensemble : Source::bias_variance, names,
                         votes ? "column of ensembles.csv" : "column of bias_variance.csv",
                         "one of " + core::join(names, ", "), findings);
  }
  if (column.argument) {
    findings.push_back({column.argument->offset, fmt::format("expected a selection such as width=48, got {}",
                                                             core::quoted(column.argument->text))});
    return std::nullopt;
  }
  Names known = numbers_of(store::summary_columns());
  const Names curves = numbers_of(store::curve_columns());
  if (column.word == "diverged") return Request{Source::diverged, column.word};
  if (has(curves, column.word)) return Request{Source::curve, column.word};
  if (has(known, column.word)) return Request{Source::summary, column.word};
  known.insert(known.end(), curves.begin(), curves.end());
  known.insert(known.end(), {"diverged", "probe", "ensemble", "bias_variance"});
  findings.push_back(
      {column.offset, fmt::format("unknown column {}{} (columns of summary.csv and curves.csv, "
                                  "diverged, probe, ensemble, bias_variance)",
                                  core::quoted(column.word), core::did_you_mean(column.word, known))});
  return std::nullopt;
}

// The sizes of an ensemble that are selected; none after a finding.
std::vector<std::int64_t> select_sizes(const Syntax& column, const Domain& domain,
                                       std::vector<Finding>& findings) {
  const config::Ensemble& ensemble = domain.experiment(0).ensemble;
  const std::size_t all =
      ensemble.of == config::EnsembleOf::seeds ? domain.experiment(0).seeds.size() : domain.points();
  std::vector<std::int64_t> sizes = ensemble.sizes;
  if (sizes.empty()) sizes = {1, static_cast<std::int64_t>(all)};
  const std::string known = fmt::format("{}", fmt::join(sizes, ", "));
  for (const Selector& selector : column.selectors) {
    if (selector.name != "size") {
      if (ensemble.of == config::EnsembleOf::points && !selects_rows(selector.name)) {
        findings.push_back(
            {selector.offset, "an ensemble of points has no factor to select by, only its size"});
        return {};
      }
      continue;
    }
    std::erase_if(sizes, [&](std::int64_t size) { return !matches(selector, std::to_string(size)); });
    if (sizes.empty())
      findings.push_back({selector.offset, fmt::format("no ensemble has this size (one of {})", known)});
  }
  return sizes;
}

}  // namespace

bool selects_rows(std::string_view name) {
  return name == "epoch" || name == "step" || name == "layer" || name == "at";
}

std::optional<ColumnUse> use_column(const Syntax& column, const Domain& domain,
                                    std::vector<Finding>& findings) {
  const std::size_t before = findings.size();
  auto request = request_of(column, findings);
  ColumnUse use;
  if (request) use.request = std::move(*request);
  const bool votes = column.word == "ensemble";
  const auto kind = domain.points() > 0 ? domain.experiment(0).ensemble.of : config::EnsembleOf::none;
  if (votes && request && kind != config::EnsembleOf::none)
    use.sizes = select_sizes(column, domain, findings);
  std::vector<const Selector*> of_points;
  for (const Selector& selector : column.selectors) {
    if (votes && selector.name == "size") continue;
    if (!selects_rows(selector.name)) of_points.push_back(&selector);
    else if (request && check_rows(selector, column, use.request, findings))
      use.request.rows.push_back(selector);
  }
  use.points = select_points(of_points, domain, findings);
  if (findings.size() > before) return std::nullopt;
  const bool is_probe = use.request.source == Source::probe;  // which rows it has the results will tell
  use.along = is_probe ||
              (use.request.source == Source::curve && std::ranges::none_of(use.request.rows, leaves_one_row));
  use.single = is_probe || !use.along;
  use.request.joins_points = votes && kind == config::EnsembleOf::points;
  use.request.joins_seeds =
      use.request.source == Source::bias_variance || (votes && !use.request.joins_points);
  if (use.request.joins_points) use.points = {0};
  for (const std::size_t point : use.points) {
    if (is_probe && !measures(domain.experiment(point), use.request.column)) {
      findings.push_back({column.argument->offset,
                          fmt::format("{} is not measured; add it to probes.names", use.request.column)});
      return std::nullopt;
    }
    if (const auto reason = why_empty(use.request, domain.experiment(point)); !reason.empty()) {
      findings.push_back({column.offset, fmt::format("{} is empty: {}", use.request.column, reason)});
      return std::nullopt;
    }
  }
  return use;
}

}  // namespace descent::claims
