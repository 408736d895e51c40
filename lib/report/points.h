#pragma once
// The points of an experiment as a table for people, and as text for other programs.

#include <string>
#include <vector>

#include "plan/plan.h"
#include "report/table.h"
#include "store/results.h"

namespace descent::report {

struct PointsOptions {
  Screen screen{};
  std::size_t most_rows = SIZE_MAX;    // a longer table is cut; its last line counts the rest
  bool every_measure = false;          // errors and losses of every split, at the end, the best and the restored step
  std::vector<std::size_t> points{};   // of the plan, in its order; empty: all
  std::vector<std::string> columns{};  // factors, n, n_diverged or columns of summary.csv; empty: chosen
  std::string sort{};                  // such a column; empty: as in the plan
  bool descending = false;
};

// Factors, n, and mean +- half the 95 % interval of the final and best test error; of the losses where the
// experiment has no errors, of the training where it has no test examples. InputError for columns that do not exist.
std::string points_table(const store::Results& results, const plan::Plan& plan, const PointsOptions& options);
std::string points_markdown(const store::Results& results, const plan::Plan& plan, const PointsOptions& options);

// The cells of that table, its head first.
std::vector<std::vector<std::string>> points_cells(const store::Results& results, const plan::Plan& plan,
                                                   const PointsOptions& options);

// [{"point": {...}, "n": 5, "n_diverged": 0, "final_test_error": {"mean", "sd", "low", "high"}, ...}, ...]
std::string points_json(const store::Results& results, const plan::Plan& plan, const PointsOptions& options);

// The cells of a CSV, its head first: factors by their paths and, of a measure, its mean, sd, low and high, as in
// points.csv.
std::vector<std::vector<std::string>> points_values(const store::Results& results, const plan::Plan& plan,
                                                    const PointsOptions& options);

}  // namespace descent::report
