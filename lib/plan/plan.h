#pragma once
// experiment -> points -> runs: a pure function of the experiment, never of the machine or of --jobs.

#include <cstdint>
#include <string>
#include <vector>

#include "config/read.h"

namespace descent::plan {

// Raised when a change of the program changes the numbers of a run.
inline constexpr int numerics = 6;

// One cell of the sweep.
struct Point {
  std::vector<std::string> values;  // text of each factor's value, parallel to Plan::factors
  config::Experiment experiment;    // factors applied; its seeds are those of the base
};

// One point with one seed: one trained network.
struct Run {
  std::size_t point;  // index into Plan::points
  std::int64_t seed;
  std::string hash;                                      // 64 hexadecimal digits: identity of the numbers
  std::string id() const { return hash.substr(0, 16); }  // column `run`, names of weight files
};

struct Plan {
  std::string name;
  std::vector<std::string> factors;
  std::vector<Point> points;
  std::vector<Run> runs;  // point by point, seeds inside
  std::string hash;       // of all runs

  // What the run with this index trains.
  const config::Experiment& experiment(std::size_t run) const { return points[runs[run].point].experiment; }
};

Plan make_plan(const config::Document& document);

}  // namespace descent::plan
