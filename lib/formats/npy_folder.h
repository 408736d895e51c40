#pragma once
// A data set in .npy files: x_train.npy, y_train.npy, x_test.npy and y_test.npy in a folder, or x.npy and y.npy.

#include <filesystem>
#include <optional>

#include "formats/data_set.h"

namespace descent::formats {

struct ArrayOptions {
  std::optional<bool> regression{};     // absent: as y looks (labels.h)
  std::optional<bool> channels_last{};  // of images with four axes; absent: first, unless the sizes contradict it
};

// x: [size, features], [size, H, W], [size, C, H, W] or [size, H, W, C]; y: classes as integers [size], or real targets
// [size] or [size, outputs]. Facts pass over all of x, but for images of bytes, whose header suffices: every number
// must be within single precision.
Facts npy_facts(const std::filesystem::path& folder, const ArrayOptions& options);
DataSet read_npy(const std::filesystem::path& folder, const ArrayOptions& options);

}  // namespace descent::formats
