#pragma once
// The embedded data sets as they lie on disk, checked against their checksums.

#include <cstdint>
#include <filesystem>
#include <vector>

#include "config/choices.h"

namespace descent::data {

struct Examples {
  std::vector<float> x;         // [size, features], row-major
  std::vector<std::int32_t> y;  // [size]
};

// The official parts; `test` is empty where there is no official split.
struct DataSet {
  Examples train, test;
};

// Reads the files of `name` below `folder`; a missing or damaged one is a FaultError.
DataSet read_embedded(config::DataName name, const std::filesystem::path& folder);

}  // namespace descent::data
