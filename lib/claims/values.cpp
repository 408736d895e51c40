#include "claims/evaluate.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "claims/domain.h"
#include "core/text.h"
#include "stats/ensembles.h"

namespace descent::claims {
namespace {

using Source = Request::Source;

double cell_number(const std::string& cell) { return core::parse_number(cell).value_or(std::nan("")); }

// A column of curves.csv, or a probe, of one run.
struct Series {
  std::vector<double> values, epochs, steps;
  std::vector<std::string> layers;  // of a probe
};

bool selects(const Selector& row, const Series& series, std::size_t i) {
  if (row.name == "layer")
    return std::ranges::any_of(row.values, [&](const Literal& value) { return value.text == series.layers[i]; });
  if (row.name == "at") return series.steps[i] == (row.values[0].text == "start" ? 0 : series.steps.back());
  return matches(row, row.name == "step" ? series.steps[i] : series.epochs[i]);
}

double value_along(const Request& request, const Series& series) {
  std::vector<double> kept, positions;
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    const auto selected = [&](const Selector& row) { return selects(row, series, i); };
    if (!std::ranges::all_of(request.rows, selected) || std::isnan(series.values[i])) continue;
    kept.push_back(series.values[i]);
    positions.push_back(request.by_step ? series.steps[i] : series.epochs[i]);
  }
  if (kept.empty()) return std::nan("");
  if (request.reduction) return request.reduction->apply(kept, positions);
  if (!request.first) return kept.size() == 1 ? kept[0] : std::nan("");
  for (double& value : kept) value -= request.bound;
  return crossing(kept, positions, *request.first);
}

// Reads the requests of `source` from the table of curves or probes, run by run.
template <class Row>
void read_series(const store::Results& results, store::Table table, std::span<const store::Column<Row>> columns,
                 Source source, const std::vector<Request>& requests, Values& values) {
  std::map<std::string, Series> all;  // by column or probe
  for (const Request& request : requests)
    if (request.source == source) all[request.column];
  if (all.empty()) return;
  const auto finish = [&](std::size_t run) {
    for (std::size_t i = 0; i < requests.size(); ++i)
      if (requests[i].source == source) values.numbers[i][run] = value_along(requests[i], all[requests[i].column]);
    for (auto& [name, series] : all) series = {};
  };
  const std::size_t epoch = column_at(columns, "epoch"), step = column_at(columns, "step");
  std::optional<std::size_t> open;
  results.for_each_row(table, [&](std::size_t run, const std::vector<std::string>& cells) {
    if (open && run != *open) finish(*open);
    open = run;
    const auto add = [&](Series& series, const std::string& value) {
      series.epochs.push_back(cell_number(cells[epoch]));
      series.steps.push_back(cell_number(cells[step]));
      series.values.push_back(cell_number(value));
    };
    if (table == store::Table::curves) {
      for (auto& [name, series] : all) add(series, cells[column_at(columns, name)]);
    } else if (const auto found = all.find(cells[column_at(columns, "probe")]); found != all.end()) {
      add(found->second, cells[column_at(columns, "value")]);
      found->second.layers.push_back(cells[column_at(columns, "layer")]);
    }
  });
  if (open) finish(*open);
}

// Fills in runs that are in no group with the mean of the others, whose deviations are scaled to keep the standard
// error. An ensemble over points is one number for all runs of its seed.
void fill_in(std::vector<double>& numbers, bool by_seed, std::size_t seeds) {
  const std::size_t points = numbers.size() / seeds, groups = by_seed ? seeds : points, size = by_seed ? points : seeds;
  for (std::size_t group = 0; group < groups; ++group) {
    const auto at = [&](std::size_t i) -> double& { return numbers[by_seed ? i * seeds + group : group * seeds + i]; };
    double sum = 0, count = 0;
    for (std::size_t i = 0; i < size; ++i)
      if (!std::isnan(at(i))) sum += at(i), ++count;
    const double mean = sum / count, factor = by_seed ? 0 : static_cast<double>(size) / count;
    for (std::size_t i = 0; i < size; ++i) at(i) = std::isnan(at(i)) ? mean : mean + factor * (at(i) - mean);
  }
}

// Reads numbers computed from several runs, as in ensembles.csv and bias_variance.csv, as pseudo-values of single runs.
void read_aggregates(const store::Results& results, const plan::Plan& plan, const std::vector<Request>& requests,
                     Values& values) {
  const auto ensemble = std::ranges::find(requests, Source::ensemble, &Request::source);
  if (ensemble != requests.end())
    for (const stats::EnsembleScore& row : stats::ensembles_of(results, plan, !ensemble->joins_points))
      for (std::size_t i = 0; i < requests.size(); ++i)
        if (requests[i].source == Source::ensemble && requests[i].size == row.size)
          stats::set_pseudo_values(row, stats::ensemble_columns(), requests[i].column, values.numbers[i]);
  if (std::ranges::find(requests, Source::bias_variance, &Request::source) != requests.end())
    for (const stats::BiasVariance& row : stats::bias_variance_of(results, plan, true))
      for (std::size_t i = 0; i < requests.size(); ++i)
        if (requests[i].source == Source::bias_variance)
          stats::set_pseudo_values(row, stats::bias_variance_columns(), requests[i].column, values.numbers[i]);
  for (std::size_t i = 0; i < requests.size(); ++i)
    if (requests[i].source == Source::ensemble || requests[i].source == Source::bias_variance)
      fill_in(values.numbers[i], requests[i].joins_points, values.seeds);
}

}  // namespace

Values read_values(const store::Results& results, const plan::Plan& plan, const std::vector<Request>& requests) {
  const std::size_t runs = plan.runs.size();
  Values values{plan.points.empty() ? 0 : runs / plan.points.size(), std::vector(runs, RunState::missing),
                std::vector(requests.size(), std::vector(runs, std::nan("")))};
  results.for_each_summary([&](std::size_t run, const std::vector<std::string>& cells) {
    values.states[run] = store::state_in(cells);
    for (std::size_t i = 0; i < requests.size(); ++i) {
      if (requests[i].source == Source::diverged) values.numbers[i][run] = values.states[run] == RunState::diverged;
      if (requests[i].source == Source::summary)
        values.numbers[i][run] = cell_number(cells[column_at(store::summary_columns(), requests[i].column)]);
    }
  });
  read_series(results, store::Table::curves, store::curve_columns(), Source::curve, requests, values);
  read_series(results, store::Table::probes, store::probe_columns(), Source::probe, requests, values);
  read_aggregates(results, plan, requests, values);
  return values;
}

}  // namespace descent::claims
