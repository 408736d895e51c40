#pragma once
// Charts for a terminal.

#include <string>
#include <vector>

#include "report/canvas.h"
#include "report/charts/source.h"

namespace descent::report {

struct TerminalChart {
  std::vector<std::size_t> points;  // of the plan
  std::string metric{};             // of curves.csv or summary.csv; empty: the test error, or what comes nearest to it
  std::string over{};               // "epoch", "step" or a factor; empty: a factor of three numbers or more, or epoch
};

// Means over the seeds with their 95 % intervals, a line for each point or each value of the other factors. InputError
// for names that the experiment does not have.
std::string terminal_chart(const Source& source, const TerminalChart& wanted, const CanvasOptions& options);

}  // namespace descent::report
