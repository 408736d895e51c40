#pragma once
// Trained weights in a file that PyTorch reads.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "fused/layout.h"

namespace descent::train {

// A dense tensor in PyTorch's layout: weights [out, in], kernels [out, in, height, width], vectors [out].
template <class T>
struct DenseTensor {
  std::vector<std::int64_t> shape;
  std::vector<T> values;
};

// The tensors of one network without pads, by name ("linear0.weight", "norm0.running_mean"). With `statistics` null
// only the parameters; a gradient has the same layout as the parameters.
template <class T>
std::map<std::string, DenseTensor<T>> dense_tensors(const fused::Layout& layout, const T* parameters,
                                                    const T* statistics);

// Writes them as safetensors.
template <class T>
void save_weights(const std::filesystem::path& path, const fused::Layout& layout, const T* parameters,
                  const T* statistics);

}  // namespace descent::train
