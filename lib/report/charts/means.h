#pragma once
// Learning curves averaged over seeds, and thinned to what an eye can see.

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "report/charts/chart.h"
#include "report/charts/source.h"
#include "stats/stats.h"

namespace descent::report {

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

// low and high of a description; NaN where there is no interval.
inline double low(const stats::Description& d) { return d.low.value_or(nan); }
inline double high(const stats::Description& d) { return d.high.value_or(nan); }

// Of the finite ones among the values.
std::optional<stats::Description> describe_finite(const std::vector<double>& values);
// Of a column of summary.csv over the runs of a point.
std::optional<stats::Description> describe_summary(const Source& source, std::size_t point, std::string_view column);

}  // namespace descent::report
