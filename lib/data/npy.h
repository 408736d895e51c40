#pragma once
// Arrays in NumPy's .npy format, versions 1.0 and 2.0 (numpy.lib.format): little-endian, C order.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace descent::data {

enum class NpyType { float32, float64, uint8, int32, int64 };

struct Npy {
  NpyType type;
  std::vector<std::int64_t> shape;
  std::string_view bytes;  // the elements, a view into the parsed bytes: exactly as many as `shape` needs

  std::int64_t count() const;  // product of the shape
};

// Any bytes give an array or an InputError that calls the file `name`.
Npy parse_npy(std::string_view bytes, const std::string& name);

// The elements, converted as static_cast does.
template <class T>
std::vector<T> values(const Npy& array) {
  std::vector<T> result(static_cast<std::size_t>(array.count()));
  const auto convert = [&]<class Stored>(Stored stored) {
    for (std::size_t i = 0; i < result.size(); ++i) {
      std::memcpy(&stored, array.bytes.data() + i * sizeof stored, sizeof stored);
      result[i] = static_cast<T>(stored);
    }
  };
  switch (array.type) {
    case NpyType::float32: convert(float{}); break;
    case NpyType::float64: convert(double{}); break;
    case NpyType::uint8: convert(std::uint8_t{}); break;
    case NpyType::int32: convert(std::int32_t{}); break;
    case NpyType::int64: convert(std::int64_t{}); break;
  }
  return result;
}

}  // namespace descent::data
