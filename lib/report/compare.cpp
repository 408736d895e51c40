#include "report/compare.h"

#include <fmt/format.h>

#include "core/text.h"
#include "report/json.h"
#include "report/table.h"
#include "store/columns.h"

namespace descent::report {
namespace {

using claims::Comparison;

std::string difference_text(const Comparison& comparison, bool mark) {
  if (!comparison.difference) return "-";
  const stats::Description& description = *comparison.difference;
  if (!description.sd) return fmt::format("{:.3g}", description.mean);
  return fmt::format("{:.3g} [{:.3g}, {:.3g}]{}", description.mean, *description.low, *description.high,
                     mark && comparison.beyond_all ? " *" : "");
}

}  // namespace

bool is_filled(std::string_view column, const plan::Plan& plan) {
  return store::written_columns(store::Table::summary, plan)[store::column_at(store::summary_columns(), column)];
}

std::string usual_metric(const plan::Plan& plan) {
  for (const char* name : {"final_test_error", "final_test_loss", "final_train_error"})
    if (is_filled(name, plan)) return name;
  return "final_train_loss";
}

std::string comparison_table(const std::vector<Comparison>& comparisons, const Screen& screen) {
  const bool many = comparisons.size() > 1;
  std::vector<std::vector<std::string>> rows{{"n", "A", "B", "A - B [95 % interval]", "d_z"}};
  if (many) rows[0].insert(rows[0].begin(), "at");
  std::size_t left_out = 0;
  for (const Comparison& comparison : comparisons) {
    const bool empty = !comparison.difference;
    rows.push_back({std::to_string(comparison.n), empty ? "-" : fmt::format("{:.4g}", comparison.a),
                    empty ? "-" : fmt::format("{:.4g}", comparison.b), difference_text(comparison, many),
                    comparison.effect ? fmt::format("{:.2f}", *comparison.effect) : "-"});
    if (many) rows.back().insert(rows.back().begin(), comparison.where);
    left_out += comparison.left_out;
  }
  const std::size_t difference = many ? 4 : 3;
  std::string text = laid_out(rows, screen, many ? std::vector<std::size_t>{0, difference} : std::vector{difference});
  text += "\nPaired over the n seeds that both have; d_z: mean / sd of the differences (Cohen).\n";
  if (many)
    text += fmt::format(
        "{} comparisons: at 95 % each, about {:.2g} of the intervals miss their true value. "
        "*: differs from 0 even at {:.4g} % (Bonferroni).\n",
        comparisons.size(), 0.05 * static_cast<double>(comparisons.size()),
        100 - 5.0 / static_cast<double>(comparisons.size()));
  if (left_out > 0)
    text += core::counted(left_out, "pair") + " of runs left out: missing, diverged or without a value.\n";
  return text;
}

std::string comparison_json(const std::vector<Comparison>& comparisons) {
  auto list = Json::array();
  for (const Comparison& comparison : comparisons) {
    Json entry{{"where", comparison.where}, {"n", comparison.n}, {"left_out", comparison.left_out}};
    if (comparison.difference) {
      entry.update({{"a", comparison.a}, {"b", comparison.b}, {"difference", comparison.difference->mean}});
      if (comparison.difference->sd)
        entry.update({{"sd", *comparison.difference->sd},
                      {"low", *comparison.difference->low},
                      {"high", *comparison.difference->high},
                      {"differs_bonferroni", comparison.beyond_all}});
      if (comparison.effect) entry["d_z"] = *comparison.effect;
    }
    list.push_back(std::move(entry));
  }
  return list.dump(2) + "\n";
}

}  // namespace descent::report
