#pragma once
// The points of an experiment as a table: text, Markdown, CSV or JSON.

#include <string>
#include <vector>

#include "plan/plan.h"
#include "report/table.h"
#include "store/results.h"

namespace descent::report {

struct PointsOptions {
  Screen screen{};
  std::size_t max_rows = SIZE_MAX;     // the last line of a longer table counts the rest
  bool every_measure = false;          // errors and losses of all splits at the final, best and restored step
  std::vector<std::size_t> points{};   // indices, ascending; empty: all
  std::vector<std::string> columns{};  // factors, n, n_diverged or columns of summary.csv; empty: automatic
  std::string sort{};                  // one of these columns; "": plan order
  bool descending = false;
};

// Factors, n, and mean +- half the 95 % interval of the final and best test error; of the losses if there are no
// errors, of the training if there are no test examples. Throws InputError for unknown columns.
std::string points_table(const store::Results& results, const plan::Plan& plan, const PointsOptions& options);
std::string points_markdown(const store::Results& results, const plan::Plan& plan, const PointsOptions& options);

// The cells of that table, its header first.
std::vector<std::vector<std::string>> points_cells(const store::Results& results, const plan::Plan& plan,
                                                   const PointsOptions& options);

// [{"point": {...}, "n": 5, "n_diverged": 0, "final_test_error": {"mean", "sd", "low", "high"}, ...}, ...]
std::string points_json(const store::Results& results, const plan::Plan& plan, const PointsOptions& options);

// The cells of a CSV, its header first, as in points.csv: factors by their paths, and the mean, sd, low and high of
// each measure.
std::vector<std::vector<std::string>> points_values(const store::Results& results, const plan::Plan& plan,
                                                    const PointsOptions& options);

}  // namespace descent::report
