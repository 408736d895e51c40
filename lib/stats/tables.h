#pragma once
// The CSVs of a results folder whose rows come from several runs.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "plan/plan.h"
#include "store/results.h"

namespace descent::stats {

inline constexpr std::string_view points_file = "points.csv", ensembles_file = "ensembles.csv",
                                  bias_variance_file = "bias_variance.csv";

// Adds a row: its point, whose factors come first (empty cells without one), and the other cells.
using AddRow = std::function<void(std::optional<std::size_t> point, std::string_view cells)>;

// Writes the file whole: header, then what `fill` adds.
void write_table(const store::Results& results, const plan::Plan& plan, std::string_view file, std::string_view columns,
                 const std::function<void(const AddRow&)>& fill);

// An earlier version of the experiment may have left it.
void remove_table(const store::Results& results, std::string_view file);

}  // namespace descent::stats
