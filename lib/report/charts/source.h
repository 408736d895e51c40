#pragma once
// The results of one experiment in memory, as charts need them: numbers, NaN where a cell is empty; their means over
// the seeds, thinned to what an eye can see, and the axes that show them.

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

// The columns of curves.csv that are kept of every evaluation.
enum Column { epoch, step, train_loss, train_error, val_loss, val_error, test_loss, test_error };
inline constexpr std::array curve_names{"epoch",    "step",      "train_loss", "train_error",
                                        "val_loss", "val_error", "test_loss",  "test_error"};
using Evaluation = std::array<double, curve_names.size()>;

struct Source {
  Source(const plan::Plan& plan, const store::Results& results);  // which must outlive this
  // Of a plan that has only these points of another source; `results` are of that one.
  Source(const plan::Plan& part, const Source& whole, const std::vector<std::size_t>& points);
  Source(const Source&) = delete;

  const plan::Plan& plan;
  const store::Results& results;
  std::vector<Factor> factors;
  std::size_t seeds;                            // runs of a point
  std::vector<bool> diverged;                   // by run
  std::vector<std::vector<Evaluation>> curves;  // by run
  std::vector<std::vector<double>> summary;     // by run, then column of store::summary_columns(); empty: not finished
  std::array<bool, curve_names.size()> has{};   // columns with a value
  // What a plot of the experiment asks for.
  config::PlotScale scale = config::PlotScale::automatic;
  std::optional<Column> time{};

  // Of the runs of a point that are in its means.
  std::vector<std::size_t> runs_of(std::size_t point) const;
  std::size_t diverged_of(std::size_t point) const;
  // A column of summary.csv, by run.
  double summary_value(std::size_t run, std::string_view column) const;
  bool has_summary(std::string_view column) const;
};

// A column of every evaluation that charts can show.
std::optional<Column> curve_column(std::string_view metric);

// "training error", "test loss": of a column of curves.csv, "final_test_loss" too.
std::string words_of(std::string_view column);

struct MeanAt {
  double x;
  stats::Description value;
};

// At most `most` of the indices 0 ... n-1, first and last among them: evenly spaced, or evenly in their logarithm.
std::vector<std::size_t> thinned(std::size_t n, std::size_t most, bool logarithmic);

// The mean over the runs of a point at `most` of its evaluations, as long as half of the runs still train.
std::vector<MeanAt> mean_curve(const Source& source, std::size_t point, Column column, Column x, std::size_t most = 200,
                               bool logarithmic = false);

// What the horizontal axis of learning curves shows.
struct Time {
  Column column;  // epoch, or step where there are few epochs
  bool logarithmic;
  bool common;  // all points train equally long
  Axis axis;
};
Time time_of(const Source& source, Column measured);

// The means that an axis shows.
struct Range {
  double least = INFINITY, most = -INFINITY;
  void add(double value);
};
// The axis of a measured value: logarithmic where the main means are positive and span more than a factor of 50, unless
// it begins at 0; as long as all of them ask for. `scale` decides it where it is not automatic.
Axis value_axis(const std::string& title, const Range& main, const Range& all, bool from_zero,
                config::PlotScale scale = config::PlotScale::automatic);

// The axis of a factor, with its levels as ticks.
Axis factor_axis(const Factor& factor);

// Of the finite ones among the values.
std::optional<stats::Description> describe_finite(const std::vector<double>& values);
// Of a column of summary.csv over the runs of a point.
std::optional<stats::Description> describe_summary(const Source& source, std::size_t point, std::string_view column);

}  // namespace descent::report
