#include "claims/values.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "claims/aggregates.h"
#include "claims/crossing.h"
#include "claims/selection.h"
#include "core/text.h"

namespace descent::claims {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

double cell_number(const std::string& cell) { return core::parse_number(cell).value_or(none); }

bool selects(const Selector& row, const Rows& rows, std::size_t i) {
  if (row.name == "layer")
    return std::ranges::any_of(row.values,
                               [&](const Literal& value) { return value.text == rows.layers[i]; });
  if (row.name == "at") return rows.steps[i] == (row.values[0].text == "start" ? 0 : rows.steps.back());
  return matches(row, row.name == "step" ? rows.steps[i] : rows.epochs[i]);
}

// Gathers the rows of one run after the other; a series is a column of curves.csv or a probe.
class RowReader {
 public:
  // `numbers[run]` receives what the request makes of the rows of a run.
  void add(const Request& request, std::vector<double>& numbers) {
    series_[request.column];
    wanted_.push_back({&request, &numbers});
  }

  void read_curves(const store::Results& results) {
    static const auto at = [](std::string_view name) { return column_at(store::curve_columns(), name); };
    std::map<std::size_t, Rows*> columns;
    for (auto& [name, rows] : series_) columns[at(name)] = &rows;
    read(results, store::Table::curves, [&](const std::vector<std::string>& cells) {
      for (auto& [column, rows] : columns) add_row(*rows, cells, at("epoch"), at("step"), column);
    });
  }

  void read_probes(const store::Results& results) {
    static const auto at = [](std::string_view name) { return column_at(store::probe_columns(), name); };
    read(results, store::Table::probes, [&](const std::vector<std::string>& cells) {
      const auto found = series_.find(cells[at("probe")]);
      if (found == series_.end()) return;
      add_row(found->second, cells, at("epoch"), at("step"), at("value"));
      found->second.layers.push_back(cells[at("layer")]);
    });
  }

 private:
  template <class AddRow>
  void read(const store::Results& results, store::Table table, const AddRow& add) {
    if (wanted_.empty()) return;
    std::optional<std::size_t> open;
    results.for_each_row(table, [&](std::size_t run, const std::vector<std::string>& cells) {
      if (open && run != *open) finish(*open);
      open = run;
      add(cells);
    });
    if (open) finish(*open);
  }

  static void add_row(Rows& rows, const std::vector<std::string>& cells, std::size_t epoch, std::size_t step,
                      std::size_t value) {
    rows.epochs.push_back(cell_number(cells[epoch]));
    rows.steps.push_back(cell_number(cells[step]));
    rows.values.push_back(cell_number(cells[value]));
  }

  void finish(std::size_t run) {
    for (const auto& [request, numbers] : wanted_)
      (*numbers)[run] = value_along(*request, series_[request->column]);
    for (auto& [name, rows] : series_) rows = {};
  }

  std::vector<std::pair<const Request*, std::vector<double>*>> wanted_;
  std::map<std::string, Rows> series_;
};

}  // namespace

double value_along(const Request& request, const Rows& rows) {
  std::vector<double> kept, places;
  for (std::size_t i = 0; i < rows.values.size(); ++i) {
    const auto selected = [&](const Selector& row) { return selects(row, rows, i); };
    if (!std::ranges::all_of(request.rows, selected) || std::isnan(rows.values[i])) continue;
    kept.push_back(rows.values[i]);
    places.push_back(request.by_step ? rows.steps[i] : rows.epochs[i]);
  }
  if (kept.empty()) return none;
  if (request.reduction) return request.reduction->apply(kept, places);
  if (!request.first) return kept.size() == 1 ? kept[0] : none;
  for (double& value : kept) value -= request.bound;
  return crossing(kept, places, *request.first);
}

std::vector<Values> read_values(const store::Results& results, const plan::Plan& plan,
                                const std::vector<const Program*>& programs) {
  Values empty{plan.points.empty() ? 0 : plan.runs.size() / plan.points.size(), {}, {}};
  empty.states.assign(plan.runs.size(), RunState::missing);
  std::vector<Values> all;
  for (const Program* program : programs) {
    all.push_back(empty);
    all.back().numbers.assign(program->requests.size(), std::vector<double>(plan.runs.size(), none));
  }
  results.for_each_summary([&](std::size_t run, const std::vector<std::string>& cells) {
    const RunState state = store::state_in(cells);
    for (std::size_t p = 0; p < programs.size(); ++p) {
      all[p].states[run] = state;
      for (std::size_t i = 0; i < all[p].numbers.size(); ++i) {
        const Request& request = programs[p]->requests[i];
        if (request.source == Request::Source::diverged) all[p].numbers[i][run] = state == RunState::diverged;
        if (request.source == Request::Source::summary)
          all[p].numbers[i][run] = cell_number(cells[column_at(store::summary_columns(), request.column)]);
      }
    }
  });
  RowReader curves, probes;
  for (std::size_t p = 0; p < programs.size(); ++p)
    for (std::size_t i = 0; i < all[p].numbers.size(); ++i) {
      const Request& request = programs[p]->requests[i];
      if (request.source == Request::Source::curve) curves.add(request, all[p].numbers[i]);
      if (request.source == Request::Source::probe) probes.add(request, all[p].numbers[i]);
    }
  curves.read_curves(results);
  probes.read_probes(results);
  read_aggregates(results, plan, programs, all);
  return all;
}

}  // namespace descent::claims
