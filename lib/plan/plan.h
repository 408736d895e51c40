#pragma once
// experiment -> points -> runs: depends on the experiment alone, never on the machine or on --jobs.

#include <cstdint>
#include <string>
#include <vector>

#include "config/read.h"

namespace descent::plan {

// Version of the results: raised when a change of the program changes the numbers of a run.
inline constexpr int numerics = 6;

// One cell of the sweep.
struct Point {
  std::vector<std::string> values;  // of Plan::factors, in the same order, as text
  config::Experiment experiment;    // with these values set; `seeds` is that of the base experiment
};

// One point with one seed: one trained network.
struct Run {
  std::size_t point;  // index into Plan::points
  std::int64_t seed;
  std::string hash;                                      // 64 hexadecimal digits; equal hashes mean equal results
  std::string id() const { return hash.substr(0, 16); }  // column `run`, names of weight files
};

struct Plan {
  std::string name;
  std::vector<std::string> factors;
  std::vector<Point> points;
  std::vector<Run> runs;  // ordered by point, then by seed
  std::string hash;       // of all runs

  const config::Experiment& experiment(std::size_t run) const { return points[runs[run].point].experiment; }

  // The indices of all runs.
  std::vector<std::size_t> all_runs() const;
};

Plan make_plan(const config::Document& document);

}  // namespace descent::plan
