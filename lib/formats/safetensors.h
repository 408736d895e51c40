#pragma once
// Named tensors in a file that Python reads and writes with safetensors.torch. Format: u64 length of a JSON header, the
// header, then the values, little-endian, row-major.

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
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

// Texts about the tensors, by name.
using Metadata = std::map<std::string, std::string>;

// Atomic: the file is whole or absent.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const Metadata& metadata = {});

struct StoredTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::variant<std::vector<float>, std::vector<double>, std::vector<std::int32_t>, std::vector<std::int64_t>> values;
};

// In the order of the values. InputError for a damaged file and for other types of numbers.
std::vector<StoredTensor> read_safetensors(const std::filesystem::path& path);
std::vector<StoredTensor> parse_safetensors(std::string_view bytes, const std::string& name);
Metadata read_safetensors_metadata(const std::filesystem::path& path);

}  // namespace descent::formats
