#include "report/points.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "claims/domain.h"
#include "config/key_names.h"
#include "core/error.h"
#include "core/text.h"
#include "report/table.h"
#include "stats/tables.h"

namespace descent::report {
namespace {

using stats::PointStats;
using Row = std::vector<std::string>;

// The default columns of the table: those with values in the first list that has any.
const std::vector<Row> column_choices{{"final_test_error", "best_test_error"},
                                      {"final_test_loss", "best_test_loss", "final_test_r2"},
                                      {"final_train_error", "final_train_loss"},
                                      {"final_train_loss"}};

const std::vector<Row> all_columns{{"final_test_error", "final_train_error", "best_test_error", "restored_test_error",
                                    "final_test_loss", "final_train_loss", "best_test_loss", "restored_test_loss",
                                    "final_test_rmse", "final_test_mae", "final_test_r2"}};

// One column of the table: a factor, a count or a measure.
struct PointColumn {
  std::string name;  // the path of a factor
  std::ptrdiff_t factor = -1;

  bool measured() const { return factor < 0 && name != "n" && name != "n_diverged"; }
  std::string text(const PointStats& point, const plan::Plan& plan) const {
    if (factor >= 0) return plan.points[point.point].values[static_cast<std::size_t>(factor)];
    if (!measured()) return std::to_string(name == "n" ? point.n : point.n_diverged);
    return mean_text(measure(point));
  }
  const std::optional<stats::Description>& measure(const PointStats& point) const {
    return point.measures[stats::measure(name)];
  }
  std::optional<double> number(const PointStats& point, const plan::Plan& plan) const {
    if (!measured()) return core::parse_number(text(point, plan));
    return measure(point) ? std::optional(measure(point)->mean) : std::nullopt;
  }
};

// The column that a user names "width", "model.width" or "test_error".
PointColumn find(const std::string& name, const plan::Plan& plan) {
  Row known = short_factors(plan);
  for (std::size_t i = 0; i < known.size(); ++i)
    if (name == known[i] || name == plan.factors[i]) return {plan.factors[i], static_cast<std::ptrdiff_t>(i)};
  known.insert(known.end(), {"n", "n_diverged"});
  known.insert(known.end(), stats::measure_names().begin(), stats::measure_names().end());
  for (const std::string& full : {name, "final_" + name})
    if (std::ranges::find(known, full) != known.end()) return {full};
  throw core::InputError(core::unknown("column", name, known));
}

// The requested points in the requested order.
struct Points {
  Points(const store::Results& results, const plan::Plan& plan, const PointsOptions& options)
      : has(stats::measure_names().size()) {
    stats::for_each_point(results, plan, [&](PointStats point) {
      if (!options.points.empty() && !std::ranges::binary_search(options.points, point.point)) return;
      diverged = diverged || point.n_diverged > 0;
      for (std::size_t i = 0; i < has.size(); ++i) has[i] = has[i] || point.measures[i];
      if (!options.sort.empty() || list.size() < options.max_rows) list.push_back(std::move(point));
    });
    if (!options.sort.empty()) {
      // By number, points without a number last.
      const PointColumn by = find(options.sort, plan);
      std::ranges::stable_sort(list, [&](const PointStats& a, const PointStats& b) {
        const auto x = by.number(a, plan), y = by.number(b, plan);
        if (!x || !y) return x.has_value() > y.has_value() || (!x && !y && by.text(a, plan) < by.text(b, plan));
        return options.descending ? *x > *y : *x < *y;
      });
    }
    list.resize(std::min(list.size(), options.max_rows));
  }

  // The requested columns; by default factors, counts and the columns with values in the first choice that has any.
  std::vector<PointColumn> columns(const plan::Plan& plan, const PointsOptions& options,
                                   const std::vector<Row>& choices, bool counts_diverged) const {
    std::vector<PointColumn> columns;
    for (const std::string& name : options.columns) columns.push_back(find(name, plan));
    if (!columns.empty()) return columns;
    for (const std::string& factor : plan.factors) columns.push_back(find(factor, plan));
    columns.push_back({"n"});
    if (counts_diverged) columns.push_back({"n_diverged"});
    const std::size_t others = columns.size();
    for (const Row& choice : choices) {
      if (columns.size() > others) break;
      for (const std::string& name : choice)
        if (has[stats::measure(name)]) columns.push_back({name});
    }
    return columns;
  }

  std::vector<PointStats> list;
  std::vector<bool> has;  // by measure
  bool diverged = false;
};

}  // namespace

std::vector<Row> points_cells(const store::Results& results, const plan::Plan& plan, const PointsOptions& options) {
  const Points points(results, plan, options);
  const std::vector<PointColumn> columns =
      points.columns(plan, options, options.every_measure ? all_columns : column_choices, points.diverged);
  std::vector<Row> rows(1);
  for (const PointColumn& column : columns)
    rows[0].push_back(column.factor >= 0            ? config::short_name(column.name)
                      : column.name == "n_diverged" ? "diverged"
                                                    : column.name);
  const claims::Domain domain(plan);
  for (const PointStats& point : points.list) {
    Row& row = rows.emplace_back();
    for (const PointColumn& column : columns) {
      row.push_back(column.text(point, plan));
      if (row.back() == "null")
        row.back() = domain.effective_label(column.name, point.point);  // not varied in this part
    }
  }
  return rows;
}

std::string points_table(const store::Results& results, const plan::Plan& plan, const PointsOptions& options) {
  const std::vector<Row> rows = points_cells(results, plan, options);
  std::string text = format_table(rows, options.screen);
  const std::size_t all = options.points.empty() ? plan.points.size() : options.points.size();
  if (rows.size() - 1 < all) text += fmt::format("... and {} more points in points.csv\n", all + 1 - rows.size());
  return text;
}

std::string points_markdown(const store::Results& results, const plan::Plan& plan, const PointsOptions& options) {
  std::string text;
  const std::vector<Row> rows = points_cells(results, plan, options);
  for (const Row& row : rows) {
    for (std::string cell : row) {
      cell = core::printable(cell);
      for (std::size_t at = 0; (at = cell.find('|', at)) != cell.npos; at += 2) cell.insert(at, "\\");
      text += "| " + cell + " ";
    }
    text += "|\n";
    if (&row != rows.data()) continue;
    for (std::size_t i = 0; i < row.size(); ++i) text += "| ---: ";
    text += "|\n";
  }
  return text;
}

std::string points_json(const store::Results& results, const plan::Plan& plan, const PointsOptions& options) {
  const Points points(results, plan, options);
  const std::vector<PointColumn> columns = points.columns(plan, options, {stats::measure_names()}, true);
  auto list = Json::array();
  for (const PointStats& point : points.list) {
    Json entry{{"point", point_json(plan, point.point)}, {"n", point.n}, {"n_diverged", point.n_diverged}};
    for (const PointColumn& column : columns) {
      if (!column.measured() || !column.measure(point)) continue;
      const auto& measure = column.measure(point);
      Json numbers{{"mean", measure->mean}};
      if (measure->sd) numbers.update({{"sd", *measure->sd}, {"low", *measure->low}, {"high", *measure->high}});
      entry[column.name] = numbers;
    }
    list.push_back(std::move(entry));
  }
  return list.dump(2) + "\n";
}

std::vector<Row> points_values(const store::Results& results, const plan::Plan& plan, const PointsOptions& options) {
  const Points points(results, plan, options);
  const std::vector<PointColumn> columns = points.columns(plan, options, {stats::measure_names()}, true);
  std::vector<Row> rows(1);
  for (const PointColumn& column : columns)
    if (!column.measured()) rows[0].push_back(column.name);
    else
      for (const char* part : stats::measure_parts) rows[0].push_back(column.name + part);
  for (const PointStats& point : points.list) {
    Row& row = rows.emplace_back();
    for (const PointColumn& column : columns)
      if (column.measured()) std::ranges::copy(stats::measure_cells(column.measure(point)), std::back_inserter(row));
      else row.push_back(column.text(point, plan));
  }
  return rows;
}

}  // namespace descent::report
