#pragma once
// The sweep of an experiment file, unfolded into one assignment per point.

#include <string>
#include <string_view>
#include <vector>

#include "config/reader.h"
#include "config/sweep_values.h"

namespace descent::config {

struct Sweep {
  std::vector<std::string> factors;                  // first seen first
  std::vector<std::vector<SweepValue>> assignments;  // one per point; null: the default
};

// Reads and checks the member "sweep" of the file: paths, values, sizes. Factors that a branch of a union leaves out
// keep the value that the file gives them. Without "sweep" there is one empty assignment.
Sweep read_sweep(Source& source, Problems& problems);

}  // namespace descent::config
