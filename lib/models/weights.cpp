#include "models/weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/types.h>

#include <algorithm>
#include <map>
#include <span>

#include "core/error.h"
#include "formats/safetensors.h"

namespace descent::models {
namespace {

std::string shape_text(at::IntArrayRef shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

at::Tensor view_of(const formats::StoredTensor& tensor) {
  return std::visit(
      [&]<class T>(const std::vector<T>& values) {
        return torch::from_blob(const_cast<T*>(values.data()), tensor.shape, c10::CppTypeToScalarType<T>::value);
      },
      tensor.values);
}

}  // namespace

void load_weights(Network& network, std::int64_t replica, const std::filesystem::path& safetensors) {
  std::map<std::string, formats::StoredTensor> of_file;
  for (formats::StoredTensor& tensor : formats::read_safetensors(safetensors)) of_file[tensor.name] = std::move(tensor);
  const std::vector<NamedView> of_network = network.tensors(replica);
  std::vector<core::Problem> problems;
  const auto report = [&](const std::string& name, const std::string& message) {
    problems.push_back({.file = safetensors.string(), .path = name, .message = message});
  };
  for (const NamedView& tensor : of_network) {
    const auto found = of_file.find(tensor.name);
    if (found == of_file.end()) report(tensor.name, "missing; the file is of another network");
    else if (found->second.shape != tensor.values.sizes())
      report(tensor.name, fmt::format("has the shape {}, in the network {}", shape_text(found->second.shape),
                                      shape_text(tensor.values.sizes())));
  }
  for (const auto& [name, tensor] : of_file)
    if (std::ranges::find(of_network, name, &NamedView::name) == of_network.end())
      report(name, "is not in the network; the file is of another one");
  if (!problems.empty()) throw core::InputError(problems);
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
