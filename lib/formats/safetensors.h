#pragma once
// Writes named tensors in a file that Python reads with safetensors.torch.load_file. Format: u64 length of a JSON
// header, the header, then the values, little-endian, row-major.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace descent::formats {

// The values stay where they are.
struct TensorView {
  std::string name;
  std::vector<std::int64_t> shape;
  std::variant<std::span<const float>, std::span<const double>, std::span<const std::int32_t>,
               std::span<const std::int64_t>>
      values;
};

// Atomic: the file is whole or absent.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors);

}  // namespace descent::formats
