#pragma once
// From the summaries of runs to one row per point: points.csv.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "stats/stats.h"
#include "store/results.h"

namespace descent::stats {

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

// Every point of the plan in order; a point without a finished run has n = 0.
void for_each_point(const store::Results& results, const plan::Plan& plan,
                    const std::function<void(const PointStats&)>& visit);

// points.csv: factors, n, n_diverged, constants, then <measure>_mean, _sd, _low, _high.
void write_points(const store::Results& results, const plan::Plan& plan);

}  // namespace descent::stats
