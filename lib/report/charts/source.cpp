#include "report/charts/source.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"

namespace descent::report {

Source::Source(const plan::Plan& plan, const store::Results& results)
    : plan(plan), results(results), factors(varying_factors(plan)), seeds(plan.runs.size() / plan.points.size()),
      finished(plan.runs.size()), diverged(plan.runs.size()), curves(plan.runs.size()), summary(plan.runs.size()) {
  results.for_each_summary([&](std::size_t run, const std::vector<std::string>& cells) {
    finished[run] = true;
    diverged[run] = store::state_in(cells) == store::RunState::diverged;
    for (const std::string& cell : cells) summary[run].push_back(core::parse_number(cell).value_or(nan));
  });
  std::array<std::size_t, curve_names.size()> columns{};
  for (std::size_t i = 0; i < columns.size(); ++i)
    columns[i] = store::column_at(store::curve_columns(), curve_names[i]);
  results.for_each_row(store::Table::curves, [&](std::size_t run, const std::vector<std::string>& cells) {
    Evaluation& row = curves[run].emplace_back();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      row[i] = core::parse_number(cells[columns[i]]).value_or(nan);
      has[i] = has[i] || std::isfinite(row[i]);
    }
  });
}

Source::Source(const plan::Plan& part, const Source& whole, const std::vector<std::size_t>& points)
    : plan(part), results(whole.results), factors(varying_factors(part)), seeds(whole.seeds), has(whole.has) {
  for (const std::size_t point : points)
    for (std::size_t run = point * seeds; run < (point + 1) * seeds; ++run) {
      finished.push_back(whole.finished[run]);
      diverged.push_back(whole.diverged[run]);
      curves.push_back(whole.curves[run]);
      summary.push_back(whole.summary[run]);
    }
}

std::vector<std::size_t> Source::runs_of(std::size_t point) const {
  std::vector<std::size_t> runs;
  for (std::size_t run = point * seeds; run < (point + 1) * seeds; ++run)
    if (finished[run] && !diverged[run]) runs.push_back(run);
  return runs;
}

std::size_t Source::diverged_of(std::size_t point) const {
  return static_cast<std::size_t>(std::count(diverged.begin() + static_cast<std::ptrdiff_t>(point * seeds),
                                             diverged.begin() + static_cast<std::ptrdiff_t>((point + 1) * seeds),
                                             true));
}

double Source::summary_value(std::size_t run, std::string_view column) const {
  return summary[run].empty() ? nan : summary[run][store::column_at(store::summary_columns(), column)];
}

bool Source::has_summary(std::string_view column) const {
  for (std::size_t run = 0; run < summary.size(); ++run)
    if (std::isfinite(summary_value(run, column))) return true;
  return false;
}

std::string words_of(std::string_view column) {
  std::string words(column);
  std::ranges::replace(words, '_', ' ');
  for (const auto& [name, word] : {std::pair{"train ", "training "}, {"val ", "validation "}})
    if (const std::size_t at = words.find(name); at != words.npos)
      words.replace(at, std::string_view(name).size(), word);
  return words;
}

}  // namespace descent::report
