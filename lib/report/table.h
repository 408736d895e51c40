#pragma once
// The points of an experiment as a table for people, and as JSON for programs.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "report/terminal.h"
#include "stats/stats.h"
#include "store/results.h"

namespace descent::report {

// Rows of cells, made printable, in columns, right-aligned but for those named in `left`; the first row is the head,
// bold in colour. Where lines would be longer than the screen is wide, the widest columns are wrapped.
std::string laid_out(std::vector<std::vector<std::string>> rows, const Screen& screen = {},
                     const std::vector<std::size_t>& left = {});

// The factors of a plan as heads of columns: the shortest names that stand for them.
std::vector<std::string> short_factors(const plan::Plan& plan);

// "0.321 ± 0.012": the mean and half its interval; "-" where there is none.
std::string mean_text(const std::optional<stats::Description>& measure);

struct TableOptions {
  Screen screen{};
  std::size_t most_rows = SIZE_MAX;  // a longer table is cut; its last line counts the rest
  bool every_measure = false;        // errors and losses of every split, at the end, the best and the restored step
};

// Factors, n, and mean +- half the 95 % interval of the final and best test error; of the losses where the
// experiment has no errors, of the training where it has no test examples.
std::string points_table(const store::Results& results, const plan::Plan& plan, const TableOptions& options);

// The cells of that table, its head first.
std::vector<std::vector<std::string>> points_cells(const store::Results& results, const plan::Plan& plan,
                                                   const TableOptions& options);

// [{"point": {...}, "n": 5, "n_diverged": 0, "final_test_error": {"mean", "sd", "low", "high"}, ...}, ...]
std::string points_json(const store::Results& results, const plan::Plan& plan);

}  // namespace descent::report
