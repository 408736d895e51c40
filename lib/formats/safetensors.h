#pragma once
// The safetensors format for named tensors, as read and written by safetensors.torch in Python: the length of the JSON
// header as uint64, the header, the values; little-endian, row-major.

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace descent::formats {

struct TensorView {
  std::string name;
  std::vector<std::int64_t> shape;
  std::variant<std::span<const float>, std::span<const double>, std::span<const std::int32_t>,
               std::span<const std::int64_t>>
      values;
};

// Strings by name.
using Metadata = std::map<std::string, std::string>;

// Writes the file atomically.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const Metadata& metadata = {});

struct StoredTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::variant<std::vector<float>, std::vector<double>, std::vector<std::int32_t>, std::vector<std::int64_t>> values;
};

// Return the tensors in the order of the file. Throw InputError if it is damaged or has other types of numbers.
std::vector<StoredTensor> read_safetensors(const std::filesystem::path& path);
std::vector<StoredTensor> parse_safetensors(std::string_view bytes, const std::string& name);
Metadata read_safetensors_metadata(const std::filesystem::path& path);

}  // namespace descent::formats
