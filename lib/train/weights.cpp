#include "train/weights.h"

#include "formats/safetensors.h"

namespace descent::train {

template <class T>
std::map<std::string, DenseTensor<T>> dense_tensors(const fused::Layout& layout, const T* parameters,
                                                    const T* statistics) {
  std::map<std::string, DenseTensor<T>> tensors;
  for (const fused::NamedTensor& named : layout.tensors) {
    if (named.is_statistic() && !statistics) continue;
    const T* source = (named.is_statistic() ? statistics : parameters) + named.offset;
    DenseTensor<T> dense{named.shape, std::vector<T>(static_cast<std::size_t>(named.rows * named.columns))};
    for (std::int64_t row = 0; row < named.rows; ++row)
      for (std::int64_t column = 0; column < named.columns; ++column)
        dense.values[static_cast<std::size_t>(named.dense_index(row, column))] = source[row * named.stride + column];
    tensors.emplace(named.name, std::move(dense));
  }
  return tensors;
}

template <class T>
void save_weights(const std::filesystem::path& path, const fused::Layout& layout, const T* parameters,
                  const T* statistics) {
  const auto tensors = dense_tensors(layout, parameters, statistics);
  std::vector<formats::TensorView> views;
  for (const auto& [name, tensor] : tensors)
    views.push_back({name, tensor.shape, std::span<const T>(tensor.values)});
  std::filesystem::create_directories(path.parent_path());
  formats::write_safetensors(path, views);
}

template std::map<std::string, DenseTensor<float>> dense_tensors(const fused::Layout&, const float*, const float*);
template std::map<std::string, DenseTensor<double>> dense_tensors(const fused::Layout&, const double*, const double*);
template void save_weights(const std::filesystem::path&, const fused::Layout&, const float*, const float*);
template void save_weights(const std::filesystem::path&, const fused::Layout&, const double*, const double*);

}  // namespace descent::train
