#pragma once
// Named tensors in a file that Python reads with safetensors.torch.load_file, or with twenty lines of NumPy.
// Format: u64 length of a JSON header, the header, then the values, little-endian, row-major.

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace descent::store {

// A tensor to be written; the values stay where they are.
struct TensorView {
  std::string name;
  std::vector<std::int64_t> shape;
  std::variant<std::span<const float>, std::span<const double>, std::span<const std::int32_t>,
               std::span<const std::int64_t>>
      values;
};

// A tensor that was read.
struct Tensor {
  std::vector<std::int64_t> shape;
  std::variant<std::vector<float>, std::vector<double>, std::vector<std::int32_t>, std::vector<std::int64_t>>
      values;
};

// Atomic, like every file of the store. `metadata` becomes the header's __metadata__.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const std::map<std::string, std::string>& metadata = {});

// FaultError for a file that is not whole or holds other types.
std::map<std::string, Tensor> read_safetensors(const std::filesystem::path& path);

}  // namespace descent::store
