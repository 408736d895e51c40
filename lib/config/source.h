#pragma once
// An experiment file as JSON: overrides by the command line, and the sweep.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "config/read.h"
#include "config/reader.h"

namespace descent::config {

struct Source {
  Json root;
  Positions positions;

  Position at(std::string_view pointer) const;  // line 0 if not in the file

  // Removes the positions of a value and everything inside it.
  void forget(const std::string& pointer);

  // Sets the value at the path of a key, which then has no position; null removes it. Creates the sections around it
  // and expands shorthands: "norm": "batch" becomes "norm": {"kind": "batch"}.
  void set(const std::string& path, const Json& value);

  // The value at the path of a key, or null.
  Json get(const std::string& path) const;
};

// "/model/width" for "model.width".
std::string pointer_of(std::string_view path);

// Applies overrides to an object. A key that is set is removed from the sweep.
void apply_overrides(Source& source, const Overrides& overrides, Problems& problems);

inline constexpr std::size_t max_points = 100'000;

// A value of a factor and the pointer to it or the range that generates it; empty if it is not from the sweep.
struct SweepValue {
  Json json;
  std::string pointer;
};

struct Sweep {
  std::vector<std::string> factors;                  // in the order of the file
  std::vector<std::vector<SweepValue>> assignments;  // one per point; null: the default
};

// Reads and checks "sweep". Factors that a branch of a union does not set keep their value outside the sweep. Without
// "sweep" there is one empty assignment.
Sweep read_sweep(const Source& source, Problems& problems);

// Returns the values of a factor, given at `pointer` as a list, {"range": [from, to, step]} or {"logspace": [from, to,
// count]}. A range with integer ends and step has integer values; a logspace with integer ends is rounded.
std::vector<SweepValue> sweep_values(const Json& given, const std::string& pointer, const std::string& path,
                                     Problems& problems);

}  // namespace descent::config
