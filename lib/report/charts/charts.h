#pragma once
// Which charts an experiment has: chosen from what was swept and recorded, no configuration needed.

#include <functional>
#include <string>
#include <vector>

#include "config/read.h"
#include "config/reader.h"
#include "report/canvas.h"
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
// What the charts of a measure have in common.
struct MeasureChart {
  MeasureChart(const Source& source, const Measures& measures, Rows rows)
      : source_(source), measures_(measures), rows_(std::move(rows)) {}

  bool is_main(const Measured& measured) const { return &measured == measures_.all.data(); }
  bool shows_runs() const { return measures_.shows_runs && source_.seeds > 1; }
  Axis axis() const;
  // Adds the mean of a measure at a point, and of the main one the runs: rows that begin with these numbers, and with a
  // kind, the place in the chart and the series.
  std::optional<stats::Description> add_values(const Measured& measured, std::size_t point,
                                               const std::vector<double>& numbers, std::string_view kind,
                                               const std::string& place, const std::string& series);

  const Source& source_;
  const Measures& measures_;
  Rows rows_;
  std::vector<std::string> series_;
  Range main_, all_;
  bool diverged_ = false;
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

// The key "plots" of an experiment: charts that the report gets, and what becomes of those that it chooses itself.

// Adds the mistakes in the plots of an experiment that is being read; a config::FurtherCheck.
void check_plots(const config::Document& document, config::Problems& problems);

// The chart of a metric.
void add_plot(const Source& source, const config::Plot& plot, Charts& charts);

// A column of summary.csv: the metric itself, or the final value of one of curves.csv. Empty if there is none.
std::string summary_column(std::string_view metric);

// A chart for a terminal.
struct TerminalChart {
  std::vector<std::size_t> points;  // of the plan
  std::string metric{};             // of curves.csv or summary.csv; empty: the test error, or what comes nearest to it
  std::string over{};               // "epoch", "step" or a factor; empty: a factor of three numbers or more, or epoch
};

// Means over the seeds with their 95 % intervals, a line for each point or each value of the other factors. InputError
// for names that the experiment does not have.
std::string terminal_chart(const Source& source, const TerminalChart& wanted, const CanvasOptions& options);

}  // namespace descent::report
