#pragma once
// Named tensors in one safetensors file, for Python.

#include <torch/types.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "formats/safetensors.h"

namespace descent {

class Dump {
 public:
  void add(const std::string& name, const at::Tensor& values) {
    tensors_.emplace_back(name, values.detach().clone().contiguous());
  }
  void write(const std::filesystem::path& file) const {
    std::vector<formats::TensorView> views;
    for (const auto& [name, values] : tensors_) {
      if (values.scalar_type() == at::kLong) views.push_back(view<std::int64_t>(name, values));
      else if (values.scalar_type() == at::kFloat) views.push_back(view<float>(name, values));
      else views.push_back(view<double>(name, values));
    }
    formats::write_safetensors(file, views);
  }

 private:
  template <class T> static formats::TensorView view(const std::string& name, const at::Tensor& values) {
    return {name, values.sizes().vec(),
            std::span(values.const_data_ptr<T>(), static_cast<std::size_t>(values.numel()))};
  }

  std::vector<std::pair<std::string, at::Tensor>> tensors_;
};

}  // namespace descent
