#pragma once
// The results of one experiment in memory, as numbers, with NaN for empty cells; their means over the seeds, thinned
// for plotting; and axes for them.

#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "report/charts/chart.h"
#include "report/charts/factors.h"
#include "stats/tables.h"
#include "store/results.h"

namespace descent::report {

inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// The columns of curves.csv that are kept for every evaluation.
enum Column { epoch, step, train_loss, train_error, val_loss, val_error, test_loss, test_error };
inline constexpr std::array curve_names{"epoch",    "step",      "train_loss", "train_error",
                                        "val_loss", "val_error", "test_loss",  "test_error"};
using Evaluation = std::array<double, curve_names.size()>;

struct Source {
  Source(const plan::Plan& plan, const store::Results& results);  // both must outlive this
  // A source with only these points of `whole`, whose plan is `part`; `results` remains that of `whole`.
  Source(const plan::Plan& part, const Source& whole, const std::vector<std::size_t>& points);
  Source(const Source&) = delete;

  const plan::Plan& plan;
  const store::Results& results;
  std::vector<Factor> factors;
  std::size_t seeds;                            // runs per point
  std::vector<bool> diverged;                   // by run
  std::vector<std::vector<Evaluation>> curves;  // by run
  std::vector<std::vector<double>> summary;     // by run, then column of store::summary_columns(); empty: not finished
  std::array<bool, curve_names.size()> has{};   // true for columns with a value
  // Set by a plot of the experiment.
  config::PlotScale scale = config::PlotScale::automatic;
  std::optional<Column> time{};

  // The runs that are averaged at a point: finished and not diverged.
  std::vector<std::size_t> runs_of(std::size_t point) const;
  std::size_t diverged_of(std::size_t point) const;
  double summary_value(std::size_t run, std::string_view column) const;
  bool has_summary(std::string_view column) const;
};

// The column of curves.csv with this name, if charts can show it.
std::optional<Column> curve_column(std::string_view metric);

// The name of a column in words: "training error", "final test loss".
std::string words_of(std::string_view column);

struct MeanAt {
  double x;
  stats::Description value;
};

// At most `count` of the indices 0 ... n-1, including the first and the last, spaced evenly or logarithmically.
std::vector<std::size_t> thinned(std::size_t n, std::size_t count, bool logarithmic);

// The mean over the runs of a point at up to `count` evaluations, up to the median length of the runs.
std::vector<MeanAt> mean_curve(const Source& source, std::size_t point, Column column, Column x,
                               std::size_t count = 200, bool logarithmic = false);

// The horizontal axis of learning curves.
struct Time {
  Column column;  // epoch, or step if there are few epochs
  bool logarithmic;
  bool common;  // all points train about equally long
  Axis axis;
};
Time time_of(const Source& source, Column measured);

// The range of the values on an axis.
struct Range {
  double min = INFINITY, max = -INFINITY;
  void add(double value);
};
// The axis of a measured value that covers the range `all`. With automatic `scale` it is logarithmic if the range
// `main` is positive and spans more than a factor of 50, unless `from_zero`.
Axis value_axis(const std::string& title, const Range& main, const Range& all, bool from_zero,
                config::PlotScale scale = config::PlotScale::automatic);

// The axis of a factor, with its levels as ticks.
Axis factor_axis(const Factor& factor);

// Describes the finite values.
std::optional<stats::Description> describe_finite(const std::vector<double>& values);
// Describes a column of summary.csv over the runs of a point.
std::optional<stats::Description> describe_summary(const Source& source, std::size_t point, std::string_view column);

}  // namespace descent::report
