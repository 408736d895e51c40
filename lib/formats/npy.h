#pragma once
// Arrays in NumPy's .npy format, versions 1.0 and 2.0 (numpy.lib.format): little-endian, C order.

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "formats/data_set.h"

namespace descent::formats {

enum class NpyType { float32, float64, uint8, int32, int64 };

struct Npy {
  NpyType type;
  std::vector<std::int64_t> shape;
  std::string_view bytes;  // the elements, a view into the parsed bytes: exactly as many as `shape` needs
  std::string name;        // of the file, for messages

  std::int64_t count() const;  // product of the shape
};

struct NpyHeader {
  NpyType type;
  std::vector<std::int64_t> shape;
  std::size_t start, size;  // bytes before the elements, and of the elements
};

// Any bytes give an array, or at least what their header says, or an InputError that names the file `name`.
NpyHeader parse_npy_header(std::string_view bytes, const std::string& name);
Npy parse_npy(std::string_view bytes, const std::string& name);

// What stands before the elements in a file of version 1.0: `descr` names their type, "<f4" or "<i4". Its size is a
// multiple of 64 bytes.
std::string npy_header(std::string_view descr, const std::vector<std::int64_t>& shape);

// The InputError for an element that an integer of so many bits cannot hold.
[[noreturn]] void refuse_element(const std::string& name, double element, int bits);

// One element, which must lie between the limits of an integral T; its fraction is dropped.
template <class T, class Stored> T convert_element(Stored stored, const std::string& name) {
  if constexpr (std::is_integral_v<T>) {
    constexpr int bits = 8 * sizeof(T);
    const auto value = static_cast<long double>(stored);  // holds every int64
    if (!(value >= std::numeric_limits<T>::min() && value <= std::numeric_limits<T>::max()))
      refuse_element(name, static_cast<double>(stored), bits);
  }
  return static_cast<T>(stored);
}

// All elements.
template <class T> std::vector<T> values(const Npy& array) {
  std::vector<T> result(static_cast<std::size_t>(array.count()));
  const auto convert = [&]<class Stored>(Stored stored) {
    for (std::size_t i = 0; i < result.size(); ++i) {
      std::memcpy(&stored, array.bytes.data() + i * sizeof stored, sizeof stored);
      result[i] = convert_element<T>(stored, array.name);
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

// A folder with x_train.npy, y_train.npy, x_test.npy and y_test.npy, or with x.npy and y.npy. x: [size, features],
// [size, H, W] or [size, C, H, W]; y: classes as integers [size], or real targets [size] or [size, outputs].
// `regression` absent: where y is of a floating type. Facts pass over all of x, but for images of bytes, whose header
// suffices: every number must be within single precision.
Facts npy_facts(const std::filesystem::path& folder, std::optional<bool> regression);
DataSet read_npy(const std::filesystem::path& folder, std::optional<bool> regression);

}  // namespace descent::formats
