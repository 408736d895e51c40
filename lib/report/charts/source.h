#pragma once
// The results of one experiment in memory, as charts need them: numbers, NaN where a cell is empty.

#include <array>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "claims/domain.h"
#include "report/charts/factors.h"
#include "stats/points.h"
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
  std::vector<bool> finished, diverged;         // by run
  std::vector<std::vector<Evaluation>> curves;  // by run
  std::vector<std::vector<double>> summary;     // by run, then column of store::summary_columns()
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

// "training error", "test loss": of a column of curves.csv, "final_test_loss" too.
std::string words_of(std::string_view column);

}  // namespace descent::report
