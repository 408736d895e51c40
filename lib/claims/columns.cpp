#include "claims/expression.h"

#include <fmt/format.h>

#include <algorithm>

#include "claims/domain.h"
#include "config/key_names.h"
#include "core/text.h"
#include "stats/ensembles.h"
#include "store/columns.h"

namespace descent::claims {
namespace {

using Source = Request::Source;
using Names = std::vector<std::string>;

template <class Row> Names numbers_of(std::span<const store::Column<Row>> columns) {
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

// Why the column is empty in every run of this experiment; "" if it is not.
std::string_view why_empty(const Request& request, const config::Experiment& experiment) {
  const std::string_view column = request.column;
  const config::LossKind loss = experiment.train.loss.kind;
  if (request.source == Source::ensemble && experiment.ensemble.of == config::EnsembleOf::none)
    return "there are no ensembles; add \"ensemble\": \"seeds\"";
  if (request.source == Source::bias_variance && !experiment.bias_variance) return "add \"bias_variance\": true";
  if (column == "ambiguity" && loss != config::LossKind::mse) return "the loss is not the squared error";
  if (column.starts_with("cross_entropy_") && loss != config::LossKind::cross_entropy)
    return "the loss is not the cross-entropy";
  if (request.source == Source::curve) return why_empty(store::curve_columns(), request, experiment);
  if (request.source == Source::summary) return why_empty(store::summary_columns(), request, experiment);
  if (request.source != Source::probe && column.find("error") != column.npos)
    return store::why_empty({store::Need::class_labels}, experiment);
  return "";
}

bool has_rows(const Request& request) { return request.source == Source::curve || request.source == Source::probe; }

// epoch=10, step<=800, at=end, layer=linear3
void check_rows(const Selector& rows, const Syntax& column, const Request& request) {
  if (rows.name == "layer") {
    if (request.source != Source::probe) throw Mistakes(rows.offset, "only probes have a layer");
    if (rows.range || rows.relation != Relation::equal) throw Mistakes(rows.offset, "expected layer=NAME");
    return;
  }
  if (!has_rows(request))
    throw Mistakes(rows.offset,
                   fmt::format("{} is one number {}; \"{}\" selects rows of curves, as in test_error(epoch=10)",
                               request.column, column.argument ? "for several runs" : "per run", rows.name));
  if (rows.name == "at") {
    const std::string& text = rows.values[0].text;
    if (rows.relation != Relation::equal || rows.values.size() > 1 || (text != "start" && text != "end"))
      throw Mistakes(rows.offset, "expected at=start or at=end");
    return;
  }
  for (const Literal& value : rows.values)
    if (!value.number) throw Mistakes(value.offset, fmt::format("expected a number of {}s", rows.name));
}

bool leaves_one_row(const Selector& rows) {
  return rows.relation == Relation::equal && !rows.range && rows.values.size() == 1;
}

// The request for NAME in probe(NAME, width=48), ensemble(NAME) or bias_variance(NAME).
Request request_named(const Syntax& column, Source source, const Names& names, std::string_view what,
                      const std::string& where) {
  if (!column.argument)
    throw Mistakes(column.offset, fmt::format("expected the name of a {}: {}(NAME, width=48)", what, column.word));
  const std::string& given = column.argument->text;
  if (!has(names, given))
    throw Mistakes(column.argument->offset, fmt::format("unknown {} {}{} ({})", what, core::quoted(given),
                                                        core::did_you_mean(given, names), where));
  return {source, given};
}

Request request_of(const Syntax& column) {
  const std::string& name = column.word;
  if (name == "probe")
    return request_named(column, Source::probe, config::choices_of(config::ProbeName{}).names(), "probe",
                         "descent list probes");
  if (name == "ensemble" || name == "bias_variance") {
    const bool is_ensemble = name == "ensemble";
    const Names names =
        is_ensemble ? numbers_of(stats::ensemble_columns()) : numbers_of(stats::bias_variance_columns());
    return request_named(column, is_ensemble ? Source::ensemble : Source::bias_variance, names,
                         fmt::format("column of {}.csv", is_ensemble ? "ensembles" : name),
                         "one of " + core::join(names, ", "));
  }
  if (column.argument)
    throw Mistakes(column.argument->offset,
                   fmt::format("expected a selection such as width=48, got {}", core::quoted(column.argument->text)));
  Names known = numbers_of(store::summary_columns());
  const Names curves = numbers_of(store::curve_columns());
  if (name == "diverged") return {Source::diverged, name};
  if (has(curves, name)) return {Source::curve, name};
  if (has(known, name)) return {Source::summary, name};
  known.insert(known.end(), curves.begin(), curves.end());
  known.insert(known.end(), {"diverged", "probe", "ensemble", "bias_variance"});
  const std::string advice = config::advice_on(name);
  throw Mistakes(column.offset,
                 fmt::format("unknown column {}{} (columns of summary.csv and curves.csv, diverged, probe, ensemble, "
                             "bias_variance)",
                             core::quoted(name), advice.empty() ? core::did_you_mean(name, known) : advice));
}

// The selected sizes of an ensemble.
std::vector<std::int64_t> select_sizes(const Syntax& column, const Domain& domain) {
  const config::Ensemble& ensemble = domain.experiment(0).ensemble;
  const std::size_t all =
      ensemble.of == config::EnsembleOf::seeds ? domain.experiment(0).seeds.size() : domain.points();
  std::vector<std::int64_t> sizes = ensemble.sizes;
  if (sizes.empty()) sizes = {1, static_cast<std::int64_t>(all)};
  const std::string known = fmt::format("{}", fmt::join(sizes, ", "));
  for (const Selector& selector : column.selectors) {
    if (selector.name != "size") {
      if (ensemble.of == config::EnsembleOf::points && !selects_rows(selector.name))
        throw Mistakes(selector.offset, "an ensemble over points can be selected only by its size");
      continue;
    }
    std::erase_if(sizes, [&](std::int64_t size) { return !matches(selector, std::to_string(size)); });
    if (sizes.empty()) throw Mistakes(selector.offset, fmt::format("no ensemble has this size (one of {})", known));
  }
  return sizes;
}

void check_filled(const Syntax& column, const Request& request, const config::Experiment& experiment) {
  const auto is_named = [&](config::ProbeName name) { return config::name_of(name) == request.column; };
  if (request.source == Source::probe && std::ranges::none_of(experiment.probes.names, is_named))
    throw Mistakes(column.argument->offset, fmt::format("{} is not measured; add it to probes.names", request.column));
  if (const auto reason = why_empty(request, experiment); !reason.empty())
    throw Mistakes(column.offset, fmt::format("{} is empty: {}", request.column, reason));
}

}  // namespace

bool selects_rows(std::string_view name) {
  return name == "epoch" || name == "step" || name == "layer" || name == "at";
}

ColumnUse use_column(const Syntax& column, const Domain& domain) {
  ColumnUse use;
  Request& request = use.request;
  Mistakes mistakes;
  mistakes.collect([&] { request = request_of(column); });
  const bool known = mistakes.list.empty(), is_ensemble = column.word == "ensemble";
  const auto of = domain.points() > 0 ? domain.experiment(0).ensemble.of : config::EnsembleOf::none;
  if (is_ensemble && known && of != config::EnsembleOf::none)
    mistakes.collect([&] { use.sizes = select_sizes(column, domain); });
  std::vector<Selector> of_points;
  for (const Selector& selector : column.selectors) {
    if (is_ensemble && selector.name == "size") continue;
    if (!selects_rows(selector.name)) of_points.push_back(selector);
    else if (known) mistakes.collect([&] { check_rows(selector, column, request); });
    if (selects_rows(selector.name)) request.rows.push_back(selector);
  }
  mistakes.collect([&] { use.points = select_points(of_points, domain); });
  mistakes.raise();
  const bool is_probe = request.source == Source::probe;  // whose rows are known only from the results
  use.many_rows = is_probe || (request.source == Source::curve && std::ranges::none_of(request.rows, leaves_one_row));
  use.one_row = is_probe || !use.many_rows;
  request.joins_points = is_ensemble && of == config::EnsembleOf::points;
  request.joins_seeds = request.source == Source::bias_variance || (is_ensemble && !request.joins_points);
  if (request.joins_points) use.points = {0};
  for (const std::size_t point : use.points) check_filled(column, request, domain.experiment(point));
  return use;
}

}  // namespace descent::claims
