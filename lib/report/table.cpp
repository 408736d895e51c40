#include "report/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "config/words.h"
#include "core/text.h"
#include "report/json.h"
#include "stats/points.h"

namespace descent::report {
namespace {

using Row = std::vector<std::string>;

// The columns of the table: of the first of these lists those that have values.
const std::vector<std::vector<std::string>> column_choices{{"final_test_error", "best_test_error"},
                                                           {"final_test_loss", "best_test_loss", "final_test_r2"},
                                                           {"final_train_error", "final_train_loss"},
                                                           {"final_train_loss"}};

const std::vector<std::vector<std::string>> all_columns{
    {"final_test_error", "final_train_error", "best_test_error", "restored_test_error", "final_test_loss",
     "final_train_loss", "best_test_loss", "restored_test_loss", "final_test_rmse", "final_test_mae", "final_test_r2"}};

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }  // of UTF-8

// Characters on the screen.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, starts_character));
}

// In lines of at most so many characters, broken at spaces, otherwise behind '_', '.' and ',', otherwise anywhere.
std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (width_of(text) > width) {
    std::size_t cut = 0;
    for (std::size_t seen = 0; seen <= width; ++cut) seen += starts_character(text[cut]);
    const std::string_view fits = text.substr(0, --cut);
    if (const std::size_t space = text.substr(0, cut + 1).rfind(' '); space != text.npos && space > 0) cut = space;
    else if (const std::size_t sign = fits.find_last_of("_.,"); sign != text.npos) cut = sign + 1;
    lines.emplace_back(text.substr(0, cut));
    text.remove_prefix(cut);
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(' ')));
  }
  lines.emplace_back(text);
  return lines;
}

// Narrows the widest columns until the lines fit, no column below `least`.
void narrow(std::vector<std::size_t>& widths, std::size_t line) {
  constexpr std::size_t least = 12;
  for (;;) {
    std::size_t total = 2 * (widths.size() - 1);
    for (const std::size_t width : widths) total += width;
    const auto widest = std::ranges::max_element(widths);
    if (total <= line || *widest <= least) return;
    *widest = std::max(least, *widest - std::min(*widest, total - line));
  }
}

}  // namespace

std::string mean_text(const std::optional<stats::Description>& measure) {
  if (!measure) return "-";
  const double half = measure->sd ? *measure->high - measure->mean : 0;
  if (!measure->sd || half == 0 || !std::isfinite(half)) return fmt::format("{:.4g}", measure->mean);
  const auto magnitude = [](double number) { return static_cast<int>(std::floor(std::log10(std::abs(number)))); };
  constexpr int most_digits = 4;
  const int decimals = std::max(0, 1 - magnitude(half));  // two digits of the interval
  if (magnitude(std::max(half, std::abs(measure->mean))) + 1 + decimals > most_digits)
    return fmt::format("{:.{}g} ± {:.2g}", measure->mean, most_digits, half);
  return fmt::format("{:.{}f} ± {:.{}f}", measure->mean, decimals, half, decimals);
}

std::vector<std::string> short_factors(const plan::Plan& plan) {
  std::vector<std::string> names;
  for (const std::string& factor : plan.factors) names.push_back(config::short_name(factor));
  return names;
}

std::string laid_out(std::vector<Row> rows, const Screen& screen, const std::vector<std::size_t>& left) {
  for (Row& row : rows) std::ranges::transform(row, row.begin(), core::printable);
  std::vector<std::size_t> widths(rows[0].size());
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  narrow(widths, screen.width);
  std::string text;
  for (const Row& row : rows) {
    std::vector<std::vector<std::string>> cells;
    std::size_t lines = 1;
    for (std::size_t i = 0; i < row.size(); ++i) {
      cells.push_back(wrapped(row[i], widths[i]));
      lines = std::max(lines, cells.back().size());
    }
    for (std::size_t at = 0; at < lines; ++at) {
      std::string line;
      for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string cell = at < cells[i].size() ? cells[i][at] : "", space(widths[i] - width_of(cell), ' ');
        line += i ? "  " : "";
        line += std::ranges::find(left, i) == left.end() ? space + cell : cell + space;
      }
      line.resize(line.find_last_not_of(' ') + 1);
      const bool bold = screen.color && &row == &rows[0];
      text += bold ? "\x1b[1m" + line + "\x1b[0m\n" : line + "\n";
    }
  }
  return text;
}

std::vector<Row> points_cells(const store::Results& results, const plan::Plan& plan, const TableOptions& options) {
  std::vector<stats::PointStats> points;
  std::vector<bool> has(stats::measure_names().size());
  bool diverged = false;
  stats::for_each_point(results, plan, [&](const stats::PointStats& point) {
    diverged = diverged || point.n_diverged > 0;
    for (std::size_t i = 0; i < has.size(); ++i) has[i] = has[i] || point.measures[i];
    if (points.size() < options.most_rows) points.push_back(point);
  });

  std::vector<std::string> columns;
  for (const auto& choice : options.every_measure ? all_columns : column_choices)
    if (columns.empty())
      std::ranges::copy_if(choice, std::back_inserter(columns),
                           [&](const std::string& name) { return has[stats::measure(name)]; });
  std::vector<Row> rows{short_factors(plan)};
  rows[0].push_back("n");
  if (diverged) rows[0].push_back("diverged");
  rows[0].insert(rows[0].end(), columns.begin(), columns.end());
  for (const stats::PointStats& point : points) {
    Row& row = rows.emplace_back(plan.points[point.point].values);
    row.push_back(std::to_string(point.n));
    if (diverged) row.push_back(std::to_string(point.n_diverged));
    for (const std::string& column : columns) row.push_back(mean_text(point.measures[stats::measure(column)]));
  }
  return rows;
}

std::string points_table(const store::Results& results, const plan::Plan& plan, const TableOptions& options) {
  const std::vector<Row> rows = points_cells(results, plan, options);
  std::string text = laid_out(rows, options.screen);
  if (rows.size() - 1 < plan.points.size())
    text += fmt::format("... and {} more points in points.csv\n", plan.points.size() + 1 - rows.size());
  return text;
}

std::string points_json(const store::Results& results, const plan::Plan& plan) {
  auto points = Json::array();
  stats::for_each_point(results, plan, [&](const stats::PointStats& point) {
    Json entry{{"point", point_json(plan, point.point)}, {"n", point.n}, {"n_diverged", point.n_diverged}};
    for (std::size_t i = 0; i < point.measures.size(); ++i) {
      const auto& measure = point.measures[i];
      if (!measure) continue;
      Json numbers{{"mean", measure->mean}};
      if (measure->sd) numbers.update({{"sd", *measure->sd}, {"low", *measure->low}, {"high", *measure->high}});
      entry[stats::measure_names()[i]] = numbers;
    }
    points.push_back(std::move(entry));
  });
  return points.dump(2) + "\n";
}

}  // namespace descent::report
