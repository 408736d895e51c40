#pragma once
// The .npy files of a part: the predictions of its runs and the truth.

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace descent::store {

inline constexpr std::string_view predictions_file = "predictions.npy", labels_file = "labels.npy",
                                  targets_file = "targets.npy";

// A .npy file of an array [runs, ...].
struct RunArray {
  std::string_view name;
  std::string header;
  std::uint64_t run_bytes;

  // Where the numbers of this run begin; of one more than there are, where the file ends.
  std::uint64_t at(std::size_t run) const { return header.size() + run * run_bytes; }
};

// predictions.npy, and labels.npy or targets.npy.
std::array<RunArray, 2> prediction_arrays(std::size_t runs, std::int64_t examples, std::int64_t outputs,
                                          bool regression);

template <class T> std::vector<T> values_in(std::string_view bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

}  // namespace descent::store
