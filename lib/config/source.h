#pragma once
// An experiment file as JSON, before it is read into an Experiment: what the command line changes in it, and its sweep.

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

  Position at(std::string_view pointer) const;  // line 0 for what is not from the file

  // Drops the positions of a value and of all in it.
  void forget(const std::string& pointer);

  // Sets the value at the path of a key; null removes it. The sections around it are made, or written out where they
  // are abbreviated: "norm": "batch" becomes "norm": {"kind": "batch"}. The positions are those of what
  // `from_pointer` leads to in `from`; there are none without it.
  void set(const std::string& path, const Json& value, const Source* from = nullptr,
           const std::string& from_pointer = {});

  // The value at the path of a key, null where there is none; writes out sections as set() does.
  Json get(const std::string& path);

 private:
  Json& open_section_of(std::string_view path, bool from_file);
};

// "/model/width" of "model.width".
std::string pointer_of(std::string_view path);

// The root of `source` is an object. A key that is set is no longer swept. Values from here have no position.
void apply_overrides(Source& source, const Overrides& overrides, Problems& problems);

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
