#include "train/weights.h"

#include "store/safetensors.h"

namespace descent::train {

template <class T>
std::map<std::string, DenseTensor<T>> dense_tensors(const nn::Layout& layout, const T* parameters,
                                                    const T* statistics) {
  std::map<std::string, DenseTensor<T>> tensors;
  for (const nn::NamedTensor& named : layout.tensors()) {
    if (named.statistic && !statistics) continue;
    const T* source = (named.statistic ? statistics : parameters) + named.offset;
    DenseTensor<T> dense;
    if (named.rows == 0) {
      dense.shape = {named.columns};
      dense.values.assign(source, source + named.columns);
    } else {
      dense.shape = {named.columns, named.rows};
      for (std::int64_t o = 0; o < named.columns; ++o)
        for (std::int64_t i = 0; i < named.rows; ++i) dense.values.push_back(source[i * named.stride + o]);
    }
    tensors.emplace(named.name, std::move(dense));
  }
  return tensors;
}

template <class T>
void save_weights(const std::filesystem::path& path, const nn::Layout& layout, const T* parameters,
                  const T* statistics) {
  const auto tensors = dense_tensors(layout, parameters, statistics);
  std::vector<store::TensorView> views;
  for (const auto& [name, tensor] : tensors)
    views.push_back({name, tensor.shape, std::span<const T>(tensor.values)});
  std::filesystem::create_directories(path.parent_path());
  store::write_safetensors(path, views);
}

template std::map<std::string, DenseTensor<float>> dense_tensors(const nn::Layout&, const float*, const float*);
template std::map<std::string, DenseTensor<double>> dense_tensors(const nn::Layout&, const double*, const double*);
template void save_weights(const std::filesystem::path&, const nn::Layout&, const float*, const float*);
template void save_weights(const std::filesystem::path&, const nn::Layout&, const double*, const double*);

}  // namespace descent::train
