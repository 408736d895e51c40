#pragma once
// The charts of an experiment, selected by what was swept and recorded, and those that its key "plots" asks for.

#include <functional>
#include <string>
#include <vector>

#include "config/read.h"
#include "config/reader.h"
#include "report/canvas.h"
#include "report/charts/source.h"

namespace descent::report {

// All charts in the order of the page: the metrics of `plots` first, without the charts that `plots` removes.
std::vector<Chart> charts_of(Source&& source, const std::vector<config::Plot>& plots = {});

using Charts = std::vector<Chart>;

// Small multiples of the training, validation and test curves, with the runs behind their means.
void add_learning_curves(const Source& source, Charts& charts);
// The learning curves of one column.
void add_curve(const Source& source, Column column, Charts& charts);

// One number per run, with a name such as "test" that distinguishes it from others in the same chart.
struct Measured {
  std::string split;
  std::function<double(std::size_t run)> value;
};
struct Measures {
  std::string name, title, axis;  // of the chart
  std::vector<Measured> all;      // the main one first
  bool has_threshold = false;     // marks the interpolation threshold and the peak
  bool shows_runs = true;         // false for pseudo-values, which are not values of single runs
};
// The common part of the charts of a measure.
struct MeasureChart {
  MeasureChart(const Source& source, const Measures& measures, Rows rows)
      : source_(source), measures_(measures), rows_(std::move(rows)) {}

  bool is_main(const Measured& measured) const { return &measured == measures_.all.data(); }
  bool shows_runs() const { return measures_.shows_runs && source_.seeds > 1; }
  Axis axis() const;
  // Adds a row for the mean of a measure at a point, and for the main measure one for each run. Rows begin with these
  // numbers, and with the kind, the label or panel, and the series.
  std::optional<stats::Description> add_values(const Measured& measured, std::size_t point,
                                               const std::vector<double>& numbers, std::string_view kind,
                                               const std::string& label, const std::string& series);

  const Source& source_;
  const Measures& measures_;
  Rows rows_;
  std::vector<std::string> series_;
  Range main_, all_;
  bool diverged_ = false;
};
// Lines against a numeric factor if there is one, otherwise bars.
void add_factor_chart(const Source& source, const Measures& measures, Charts& charts);
void add_lines(const Source& source, const Measures& measures, Charts& charts);  // needs a number with three levels
void add_bars(const Source& source, const Measures& measures, Charts& charts);
// Final errors and losses against the factors.
void add_final_values(const Source& source, Charts& charts);

// Heat maps of a factor against time, and of two factors against each other.
void add_heat_maps(const Source& source, Charts& charts);

// From the predictions of several runs.
void add_bias_variance(const Source& source, Charts& charts);
void add_ensembles(const Source& source, Charts& charts);

// Probes by layer or over time.
void add_probes(const Source& source, Charts& charts);

// Differences of the levels of a category from its first level, paired by seed.
void add_differences(const Source& source, Charts& charts);

// A config::FurtherCheck that adds the mistakes in the plots of the experiment being read.
void check_plots(const config::Document& document, config::Problems& problems);

// The column of summary.csv for a metric: itself, or "final_" and a column of curves.csv. "" if there is none.
std::string summary_column(std::string_view metric);

// A chart for a terminal.
struct TerminalChart {
  std::vector<std::size_t> points;  // indices into Plan::points
  std::string metric{};             // of curves.csv or summary.csv; "": default_metric()
  std::string over{};               // "epoch", "step" or a factor; "": a factor with at least three numbers, or epoch
};

// Means over the seeds with their 95 % intervals, one line for each point or each value of the other factors. Throws
// InputError for unknown names.
std::string terminal_chart(const Source& source, const TerminalChart& wanted, const CanvasOptions& options);

}  // namespace descent::report
