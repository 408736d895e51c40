#pragma once
// Tables of a results folder whose rows summarize several runs. points.csv: the runs of each point.

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/files.h"
#include "stats/stats.h"
#include "store/results.h"

namespace descent::stats {

inline constexpr std::string_view points_file = "points.csv", ensembles_file = "ensembles.csv",
                                  bias_variance_file = "bias_variance.csv";

// A CSV file in the results folder, written row by row, whose first columns are the factors.
class TableWriter {
 public:
  TableWriter(const store::Results& results, const plan::Plan& plan, std::string_view file, std::string_view columns);

  // `cells`: joined by commas, without those of the factors, which are empty without a point.
  void add(std::optional<std::size_t> point, std::string_view cells);
  // Makes the file visible under its name.
  void commit() { file_.commit(); }

 private:
  const plan::Plan& plan_;
  core::AtomicFile file_;
};

// The finished runs of one point. Diverged runs are counted but excluded from every mean.
struct PointStats {
  std::size_t point;  // index into Plan::points
  std::size_t n = 0;  // runs in the means
  std::size_t n_diverged = 0;
  std::vector<std::string> constants;                // parallel to the constant summary columns
  std::vector<std::optional<Description>> measures;  // parallel to measure_names(); absent without values
};

// Visits the points of the plan in order; n is 0 for a point without finished runs. Holds one point at a time in
// memory.
void for_each_point(const store::Results& results, const plan::Plan& plan,
                    const std::function<void(PointStats)>& visit);

// The summary columns that are averaged over the seeds: "final_train_loss", ...
const std::vector<std::string>& measure_names();

// Position in measure_names(); the name must exist.
std::size_t measure(std::string_view name);

// Suffixes of a measure's columns in points.csv, and its cells; empty without a value.
inline constexpr std::array measure_parts{"_mean", "_sd", "_low", "_high"};
std::array<std::string, 4> measure_cells(const std::optional<Description>& measure);

// points.csv: factors, n, n_diverged, constants, then <measure>_mean, _sd, _low, _high.
void write_points(const store::Results& results, const plan::Plan& plan);

}  // namespace descent::stats
