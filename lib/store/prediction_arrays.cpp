#include "store/prediction_arrays.h"

#include <functional>
#include <numeric>

#include "formats/npy.h"

namespace descent::store {

std::array<RunArray, 2> prediction_arrays(std::size_t runs, std::int64_t examples, std::int64_t outputs,
                                          bool regression) {
  const auto array = [&](std::string_view name, std::string_view descr, std::vector<std::int64_t> shape) {
    const std::int64_t bytes = descr.back() - '0';  // of "<f8"
    const auto size = static_cast<std::uint64_t>(std::accumulate(shape.begin(), shape.end(), bytes, std::multiplies{}));
    shape.insert(shape.begin(), static_cast<std::int64_t>(runs));
    return RunArray{name, formats::npy_header(descr, shape), size};
  };
  return {array(predictions_file, "<f8", {examples, outputs}),
          regression ? array(targets_file, "<f8", {examples, outputs}) : array(labels_file, "<i4", {examples})};
}

}  // namespace descent::store
