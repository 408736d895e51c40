#pragma once
// A data set as it was read or drawn, before it is split and prepared for a run.

#include <cstdint>
#include <vector>

namespace descent::data {

struct Examples {
  std::vector<double> x;        // [size, features], row-major
  std::vector<std::int32_t> y;  // class of each example: [size]; empty with real targets
  std::vector<double> targets;  // [size, outputs]; empty with classes
};

// The pool and the official test part; `test` is empty where there is none.
struct DataSet {
  Examples train, test;
};

}  // namespace descent::data
