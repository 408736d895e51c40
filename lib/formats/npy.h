#pragma once
// NumPy's .npy format, versions 1.0 and 2.0 (numpy.lib.format): arrays of numbers of any size and byte order, in C or
// Fortran order; and .npz archives, as written by numpy.savez.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace descent::formats {

struct NpyHeader {
  std::string type;  // dtype without its byte order: "f4"
  bool swapped;      // big-endian
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;  // in elements
  std::size_t start, size;            // offset and total size of the elements, in bytes

  std::int64_t count() const;  // product of the shape
};

struct Npy : NpyHeader {
  std::string_view bytes;  // the elements, a view of the parsed bytes; its size matches `shape`
  std::string name;        // file name for messages
};

// Parse a file, or only its header. Throw InputError with the file name `name` if it is invalid.
NpyHeader parse_npy_header(std::string_view bytes, const std::string& name);
Npy parse_npy(std::string_view bytes, const std::string& name);

// The index of the `number`-th element in the file: "[3, 0, 2]".
std::string npy_index(const NpyHeader& header, std::int64_t number);

// Returns the header of a file of version 1.0 for the dtype `descr`, such as "<f4" or "<i4". Its size is a multiple of
// 64 bytes.
std::string npy_header(std::string_view descr, const std::vector<std::int64_t>& shape);

// Throw InputError for a file whose size does not match its shape, and for an element that does not fit into `bits`
// bits.
[[noreturn]] void fail_size(std::size_t found, const NpyHeader& header, const std::string& name);
[[noreturn]] void fail_element(const std::string& name, double element, int bits);

// IEEE 754 binary16.
struct Half {
  std::uint16_t bits;
  operator float() const;
};

// Calls visit(T{}) with T the type of the elements. Returns false if it is not supported.
template <class Visit> bool dispatch_type(std::string_view type, const Visit& visit) {
  if (type == "b1" || type == "u1") visit(std::uint8_t{});
  else if (type == "i1") visit(std::int8_t{});
  else if (type == "i2") visit(std::int16_t{});
  else if (type == "i4") visit(std::int32_t{});
  else if (type == "i8") visit(std::int64_t{});
  else if (type == "u2") visit(std::uint16_t{});
  else if (type == "u4") visit(std::uint32_t{});
  else if (type == "u8") visit(std::uint64_t{});
  else if (type == "f2") visit(Half{});
  else if (type == "f4") visit(float{});
  else if (type == "f8") visit(double{});
  else return false;
  return true;
}

template <class Stored> Stored element_at(const char* bytes, bool swapped) {
  std::array<char, sizeof(Stored)> raw;
  std::copy_n(bytes, raw.size(), raw.begin());
  if (swapped) std::ranges::reverse(raw);
  return std::bit_cast<Stored>(raw);
}

// Converts one element. Throws InputError if it is outside the range of an integral T; truncates fractions.
template <class T, class Stored> T convert_element(Stored stored, const std::string& name) {
  if constexpr (std::is_integral_v<T>) {
    constexpr int bits = 8 * sizeof(T);
    const auto value = static_cast<long double>(stored);  // represents all 64-bit integers
    if (!(value >= std::numeric_limits<T>::min() && value <= std::numeric_limits<T>::max()))
      fail_element(name, static_cast<double>(stored), bits);
  }
  return static_cast<T>(stored);
}

// Returns all elements in C order.
template <class T> std::vector<T> values(const Npy& array) {
  std::vector<T> result(static_cast<std::size_t>(array.count()));
  dispatch_type(array.type, [&]<class Stored>(Stored) {
    std::vector<std::int64_t> index(array.shape.size(), 0);
    std::int64_t offset = 0;  // of `index` in the file, in elements
    for (T& value : result) {
      value = convert_element<T>(
          element_at<Stored>(array.bytes.data() + offset * std::int64_t{sizeof(Stored)}, array.swapped), array.name);
      for (std::size_t axis = index.size(); axis-- > 0;) {
        offset += array.strides[axis];
        if (++index[axis] < array.shape[axis]) break;
        offset -= array.strides[axis] * array.shape[axis];
        index[axis] = 0;
      }
    }
  });
  return result;
}

// Writes cells of a table as a one-dimensional array: int64 if all are integers, float64 if all are numbers or empty
// (NaN), otherwise strings.
std::string npy_column(const std::vector<std::string>& cells);

// An uncompressed ZIP archive of (name, contents) (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT).
std::string zip_archive(const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace descent::formats
