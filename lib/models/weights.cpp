#include "models/weights.h"

#include <torch/types.h>

#include <span>

#include "plan/weights.h"

namespace descent::models {
namespace {

at::Tensor view_of(const formats::StoredTensor& tensor) {
  return std::visit(
      [&]<class T>(const std::vector<T>& values) {
        return torch::from_blob(const_cast<T*>(values.data()), tensor.shape, c10::CppTypeToScalarType<T>::value);
      },
      tensor.values);
}

}  // namespace

void load_weights(Network& network, std::int64_t replica, const std::filesystem::path& safetensors) {
  const std::vector<NamedView> of_network = network.tensors(replica);
  std::vector<plan::NamedShape> shapes;
  for (const NamedView& tensor : of_network) shapes.push_back({tensor.name, tensor.values.sizes().vec()});
  const auto of_file = plan::read_weights(safetensors, shapes);
  const torch::NoGradGuard no_grad;
  for (const NamedView& tensor : of_network) tensor.values.copy_(view_of(of_file.at(tensor.name)));
}

void save_weights(const Network& network, std::int64_t replica, const std::filesystem::path& safetensors) {
  std::vector<at::Tensor> kept;
  std::vector<formats::TensorView> views;
  for (const NamedView& tensor : network.tensors(replica)) {
    const at::Tensor& values = kept.emplace_back(tensor.values.cpu().contiguous());
    const auto count = static_cast<std::size_t>(values.numel());
    if (values.scalar_type() == at::kDouble)
      views.push_back({tensor.name, values.sizes().vec(), std::span(values.const_data_ptr<double>(), count)});
    else views.push_back({tensor.name, values.sizes().vec(), std::span(values.const_data_ptr<float>(), count)});
  }
  formats::write_safetensors(safetensors, views);
}

}  // namespace descent::models
