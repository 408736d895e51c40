#include "stats/tables.h"

#include <algorithm>
#include <stdexcept>

#include "core/text.h"
#include "formats/csv.h"

namespace descent::stats {
namespace {

std::vector<std::size_t> columns_with(store::ColumnKind kind) {
  std::vector<std::size_t> found;
  const auto columns = store::summary_columns();
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].kind == kind) found.push_back(i);
  return found;
}

const std::vector<std::size_t> constant_columns = columns_with(store::ColumnKind::constant),
                               measure_columns = columns_with(store::ColumnKind::measure);

// `measures` are indices into measure_names().
std::string points_columns(const std::vector<std::size_t>& measures) {
  std::string names = "n,n_diverged";
  for (const std::size_t column : constant_columns) names += "," + store::summary_columns()[column].name;
  for (const std::size_t measure : measures)
    for (const char* part : measure_parts) names += "," + measure_names()[measure] + part;
  return names;
}

std::string points_row(const PointStats& stats, const std::vector<std::size_t>& measures) {
  std::string row = std::to_string(stats.n) + "," + std::to_string(stats.n_diverged);
  for (const std::string& constant : stats.constants) row += "," + constant;
  for (const std::size_t measure : measures)
    for (const std::string& cell : measure_cells(stats.measures[measure])) row += "," + cell;
  return row;
}

}  // namespace

TableWriter::TableWriter(const store::Results& results, const plan::Plan& plan, std::string_view file,
                         std::string_view columns)
    : plan_(plan), file_(results.folder() / file) {
  for (const std::string& factor : plan.factors) file_.write(formats::csv_field(factor) + ",");
  file_.write(columns);
  file_.write("\n");
}

void TableWriter::add(std::optional<std::size_t> point, std::string_view cells) {
  for (std::size_t i = 0; i < plan_.factors.size(); ++i)
    file_.write((point ? formats::csv_field(plan_.points[*point].values[i]) : "") + ",");
  file_.write(cells);
  file_.write("\n");
}

const std::vector<std::string>& measure_names() {
  static const auto names = [] {
    std::vector<std::string> all;
    for (const std::size_t column : measure_columns) all.push_back(store::summary_columns()[column].name);
    return all;
  }();
  return names;
}

std::size_t measure(std::string_view name) {
  const auto entry = std::ranges::find(measure_names(), name);
  if (entry == measure_names().end()) throw std::logic_error("no measure " + std::string(name));
  return static_cast<std::size_t>(entry - measure_names().begin());
}

std::array<std::string, 4> measure_cells(const std::optional<Description>& measure) {
  if (!measure) return {};
  return {store::cell(measure->mean), store::cell(measure->sd), store::cell(measure->low), store::cell(measure->high)};
}

void for_each_point(const store::Results& results, const plan::Plan& plan,
                    const std::function<void(PointStats)>& visit) {
  const auto empty = [](std::size_t point) {
    return PointStats{.point = point, .constants = std::vector<std::string>(constant_columns.size()), .measures = {}};
  };
  PointStats stats = empty(0);  // the runs of a point are consecutive in the plan
  std::vector<std::vector<double>> values(measure_columns.size());
  const auto finish_point = [&] {
    stats.measures.reserve(values.size());
    for (std::vector<double>& measure : values) {
      stats.measures.push_back(measure.empty() ? std::optional<Description>() : describe(measure));
      measure.clear();
    }
    const std::size_t next = stats.point + 1;
    visit(std::move(stats));
    stats = empty(next);
  };
  results.for_each_summary([&](std::size_t run, const std::vector<std::string>& cells) {
    while (stats.point < plan.runs[run].point) finish_point();
    for (std::size_t i = 0; i < constant_columns.size(); ++i) stats.constants[i] = cells[constant_columns[i]];
    const bool diverged = store::state_in(cells) == store::RunState::diverged;
    ++(diverged ? stats.n_diverged : stats.n);
    for (std::size_t i = 0; i < measure_columns.size() && !diverged; ++i)
      if (const auto value = core::parse_number(cells[measure_columns[i]])) values[i].push_back(*value);
  });
  while (stats.point < plan.points.size()) finish_point();
}

void write_points(const store::Results& results, const plan::Plan& plan) {
  const std::vector<bool> written = written_columns(store::Table::summary, plan);
  std::vector<std::size_t> measures;
  for (std::size_t i = 0; i < measure_columns.size(); ++i)
    if (written[measure_columns[i]]) measures.push_back(i);
  TableWriter table(results, plan, points_file, points_columns(measures));
  for_each_point(results, plan, [&](const PointStats& stats) { table.add(stats.point, points_row(stats, measures)); });
  table.commit();
}

}  // namespace descent::stats
