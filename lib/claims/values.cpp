#include "claims/values.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "claims/aggregates.h"
#include "claims/crossing.h"
#include "claims/selection.h"
#include "core/text.h"

namespace descent::claims {
namespace {

using Source = Request::Source;

double cell_number(const std::string& cell) { return core::parse_number(cell).value_or(std::nan("")); }

// A column of curves.csv or a probe, of one run.
struct Series {
  std::vector<double> values, epochs, steps;
  std::vector<std::string> layers;  // of probes
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

// Reads the table of curves or of probes, one run after the other, for the requests of that source.
class SeriesReader {
 public:
  SeriesReader(Source source, const std::vector<Request>& requests, Values& values)
      : source_(source), requests_(requests), values_(values) {
    for (const Request& request : requests)
      if (request.source == source) series_[request.column];
  }

  template <class Row>
  void read(const store::Results& results, store::Table table, std::span<const store::Column<Row>> columns) {
    if (series_.empty()) return;
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
        for (auto& [name, series] : series_) add(series, cells[column_at(columns, name)]);
      } else if (const auto found = series_.find(cells[column_at(columns, "probe")]); found != series_.end()) {
        add(found->second, cells[column_at(columns, "value")]);
        found->second.layers.push_back(cells[column_at(columns, "layer")]);
      }
    });
    if (open) finish(*open);
  }

 private:
  void finish(std::size_t run) {
    for (std::size_t i = 0; i < requests_.size(); ++i)
      if (requests_[i].source == source_)
        values_.numbers[i][run] = value_along(requests_[i], series_[requests_[i].column]);
    for (auto& [name, series] : series_) series = {};
  }

  const Source source_;
  const std::vector<Request>& requests_;
  Values& values_;
  std::map<std::string, Series> series_;
};

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
  SeriesReader(Source::curve, requests, values).read(results, store::Table::curves, store::curve_columns());
  SeriesReader(Source::probe, requests, values).read(results, store::Table::probes, store::probe_columns());
  read_aggregates(results, plan, requests, values);
  return values;
}

}  // namespace descent::claims
