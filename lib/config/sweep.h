#pragma once
// The sweep of an experiment file, unfolded into one assignment per point.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "config/reader.h"

namespace descent::config {

inline constexpr std::size_t most_points = 100'000;

// A value of a factor and the pointer to where it, or the range that it is from, is written.
struct SweepValue {
  Json json;
  std::string pointer;
};

struct Sweep {
  std::vector<std::string> factors;                  // first seen first
  std::vector<std::vector<SweepValue>> assignments;  // one per point; null: the default
};

// Reads and checks the member "sweep" of the file: paths, values, sizes. Factors that a branch of a union leaves out
// keep the value that the file gives them. Without "sweep" there is one empty assignment.
Sweep read_sweep(Source& source, Problems& problems);

// The list of values of one factor that stands at `pointer`: written out, {"range": [from, to, step]} or {"logspace":
// [from, to, count]}. Integers stay integers when the ends of a range are.
std::vector<SweepValue> sweep_values(const Json& given, const std::string& pointer, const std::string& path,
                                     Problems& problems);

}  // namespace descent::config
