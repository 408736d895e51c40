#pragma once
// The loss of what trains now: collected and drawn by the training program, and read by `descent status --watch`.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "report/canvas.h"

namespace descent::report {

struct LiveCurve {
  std::string label;  // "width=48, seed 0"
  std::vector<double> steps{}, losses{};

  // Beyond `most_points` every second one is dropped.
  void add(std::int64_t step, double loss);
};

// "width=48, seed 0": of a run, or of the first of several that train together.
std::string run_label(const plan::Plan& plan, std::size_t run, std::size_t together = 1);

// The lines of a small chart, none longer than the width; empty with fewer than three evaluations, or where the
// terminal has too few columns or rows.
std::vector<std::string> live_chart(const LiveCurve& curve, std::size_t columns, std::size_t rows, bool braille);

// A small file in the results folder, one for each process that trains.
void write_live(const std::filesystem::path& folder, const LiveCurve& curve);
void remove_live(const std::filesystem::path& folder);
// Of those of these processes that have one. The files of others are left over by processes that were killed.
std::vector<LiveCurve> read_live(const std::filesystem::path& folder, const std::vector<std::string>& processes);

}  // namespace descent::report
