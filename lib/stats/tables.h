#pragma once
// The CSVs of a results folder whose rows come from several runs; points.csv, from the summaries of the runs.

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stats/stats.h"
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

// The finished runs of one point. Diverged runs are counted and left out of every mean.
struct PointStats {
  std::size_t point;  // index into Plan::points
  std::size_t n = 0;  // runs in the means
  std::size_t n_diverged = 0;
  std::vector<std::string> constants;                // parallel to the constant summary columns
  std::vector<std::optional<Description>> measures;  // parallel to measure_names(); absent without values
};

// The summary columns that become mean, sd and interval: "final_train_loss", ...
const std::vector<std::string>& measure_names();

// Position in measure_names(); the name must exist.
std::size_t measure(std::string_view name);

// How the names of a measure's columns end, and its cells; empty where it has no value.
inline constexpr std::array measure_parts{"_mean", "_sd", "_low", "_high"};
std::array<std::string, 4> measure_cells(const std::optional<Description>& measure);

// Every point of the plan in order; a point without a finished run has n = 0.
void for_each_point(const store::Results& results, const plan::Plan& plan,
                    const std::function<void(const PointStats&)>& visit);

// points.csv: factors, n, n_diverged, constants, then <measure>_mean, _sd, _low, _high.
void write_points(const store::Results& results, const plan::Plan& plan);

}  // namespace descent::stats
