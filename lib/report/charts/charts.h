#pragma once
// Which charts an experiment has: chosen from what was swept and recorded, no configuration needed.

#include <functional>
#include <string>
#include <vector>

#include "report/charts/chart.h"
#include "report/charts/source.h"

namespace descent::report {

// All of them, in the order of the page: the metrics of `plots` first, without the charts that these remove.
std::vector<Chart> charts_of(Source&& source, const std::vector<config::Plot>& plots = {});

using Charts = std::vector<Chart>;

// Small multiples of train and test over time, with the runs behind their means.
void add_learning_curves(const Source& source, Charts& charts);
// The same of one column.
void add_curve(const Source& source, Column column, Charts& charts);

// One number of every run, under a name such as "test" that tells it from others in the same chart.
struct Measured {
  std::string split;
  std::function<double(std::size_t run)> value;
};
struct Measures {
  std::string name, title, axis;  // of the chart
  std::vector<Measured> all;      // the first is the main one
  bool has_threshold = false;     // marks the interpolation threshold and the peak
  bool shows_runs = true;         // each value is of one run
};
// Against a factor of numbers as lines, otherwise as bars.
void add_factor_chart(const Source& source, const Measures& measures, Charts& charts);
void add_lines(const Source& source, const Measures& measures, Charts& charts);  // needs a number with three levels
void add_bars(const Source& source, const Measures& measures, Charts& charts);
// Final errors and losses against the factors.
void add_final_values(const Source& source, Charts& charts);

// Width against epoch, or two factors against each other, as colours.
void add_heat_maps(const Source& source, Charts& charts);

// Of the predictions of several runs.
void add_bias_variance(const Source& source, Charts& charts);
void add_ensembles(const Source& source, Charts& charts);

// Of the layers.
void add_probes(const Source& source, Charts& charts);

// Levels of a category against the first one, over the seeds that they share.
void add_differences(const Source& source, Charts& charts);

}  // namespace descent::report
