#pragma once
// The curves of single runs for other programs.

#include <filesystem>
#include <string>
#include <vector>

#include "store/results.h"

namespace descent {

struct CurveOptions {
  std::vector<std::size_t> points;   // of the plan
  std::vector<std::string> metrics;  // columns of curves.csv; empty: that of usual_metric
  bool is_long = false;              // one row per run and evaluation, as in curves.csv, instead of one per step
};

// Writes a table as .csv or .npz. A table that is not long has the columns epoch, step and one for every run:
// "width=48 seed=0", behind the name of the metric where there are several.
void write_curves(const store::Results& results, const plan::Plan& plan, const CurveOptions& options,
                  const std::filesystem::path& file);

// One folder for every run, with an event file of TensorBoard: curves and probes as scalars, factors as
// hyperparameters.
void write_events(const store::Results& results, const plan::Plan& plan, const std::vector<std::size_t>& points,
                  const std::filesystem::path& folder);

}  // namespace descent
