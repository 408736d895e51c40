#pragma once
// Data sets in .npy files: a folder with x_train.npy, y_train.npy, x_test.npy and y_test.npy, or with x.npy and y.npy.

#include <filesystem>
#include <optional>

#include "formats/data_set.h"

namespace descent::formats {

struct ArrayOptions {
  std::optional<bool> regression{};     // absent: guessed from y (labels.h)
  std::optional<bool> channels_last{};  // for arrays with four axes; absent: false, unless the shape contradicts it
};

// x: [size, features], [size, H, W], [size, C, H, W] or [size, H, W, C]; y: classes as integers [size], or real targets
// [size] or [size, outputs]. The facts need all of x, to check that every number is finite in single precision.
Facts npy_facts(const std::filesystem::path& folder, const ArrayOptions& options);
DataSet read_npy(const std::filesystem::path& folder, const ArrayOptions& options);

}  // namespace descent::formats
