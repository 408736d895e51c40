#pragma once
// The key "plots" of an experiment: charts that the report gets, and what becomes of those that it chooses itself.

#include "config/read.h"
#include "config/reader.h"
#include "report/charts/charts.h"

namespace descent::report {

// Adds the mistakes in the plots of an experiment that is being read; a config::FurtherCheck.
void check_plots(const config::Document& document, config::Problems& problems);

// The chart of a metric.
void add_plot(const Source& source, const config::Plot& plot, Charts& charts);

// A column of summary.csv: the metric itself, or the final value of one of curves.csv. Empty if there is none.
std::string summary_column(std::string_view metric);

}  // namespace descent::report
