#pragma once
// Arrays in NumPy's .npy format, versions 1.0 and 2.0 (numpy.lib.format): numbers of any size and byte order, in C or
// Fortran order; and archives of them as numpy.savez writes them.

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
  std::string type;  // "f4": behind the character for the order of the bytes
  bool swapped;      // the first byte of an element is its highest
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;  // elements from one index to the next, of each axis
  std::size_t start, size;            // bytes before the elements, and of the elements

  std::int64_t count() const;  // product of the shape
};

struct Npy : NpyHeader {
  std::string_view bytes;  // the elements, a view into the parsed bytes: exactly as many as `shape` needs
  std::string name;        // of the file, for messages
};

// Any bytes give an array, or at least what their header says, or an InputError that names the file `name`.
NpyHeader parse_npy_header(std::string_view bytes, const std::string& name);
Npy parse_npy(std::string_view bytes, const std::string& name);

// Where the element with this number in the file is: "[3, 0, 2]".
std::string npy_index(const NpyHeader& header, std::int64_t number);

// What stands before the elements in a file of version 1.0: `descr` names their type, "<f4" or "<i4". Its size is a
// multiple of 64 bytes.
std::string npy_header(std::string_view descr, const std::vector<std::int64_t>& shape);

// The InputErrors for a file whose elements do not fill the shape, and for an element that an integer of so many bits
// cannot hold.
[[noreturn]] void refuse_size(std::size_t found, const NpyHeader& header, const std::string& name);
[[noreturn]] void refuse_element(const std::string& name, double element, int bits);

// IEEE 754 binary16.
struct Half {
  std::uint16_t bits;
  operator float() const;
};

// Calls visit(T{}) with the type of the elements; false for one that is not supported.
template <class Visit> bool with_element(std::string_view type, const Visit& visit) {
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

// One element, which must lie between the limits of an integral T; its fraction is dropped.
template <class T, class Stored> T convert_element(Stored stored, const std::string& name) {
  if constexpr (std::is_integral_v<T>) {
    constexpr int bits = 8 * sizeof(T);
    const auto value = static_cast<long double>(stored);  // holds every 64 bits
    if (!(value >= std::numeric_limits<T>::min() && value <= std::numeric_limits<T>::max()))
      refuse_element(name, static_cast<double>(stored), bits);
  }
  return static_cast<T>(stored);
}

// All elements, the last index of the shape running fastest.
template <class T> std::vector<T> values(const Npy& array) {
  std::vector<T> result(static_cast<std::size_t>(array.count()));
  with_element(array.type, [&]<class Stored>(Stored) {
    std::vector<std::int64_t> index(array.shape.size(), 0);
    std::int64_t at = 0;  // the place of `index` in the file
    for (T& value : result) {
      value = convert_element<T>(
          element_at<Stored>(array.bytes.data() + at * std::int64_t{sizeof(Stored)}, array.swapped), array.name);
      for (std::size_t axis = index.size(); axis-- > 0;) {
        at += array.strides[axis];
        if (++index[axis] < array.shape[axis]) break;
        at -= array.strides[axis] * array.shape[axis];
        index[axis] = 0;
      }
    }
  });
  return result;
}

// A one-dimensional array of text: of int64 where all of it are integers, of float64 (NaN where empty) where all of it
// are numbers, otherwise of strings.
std::string npy_column(const std::vector<std::string>& cells);

// Of files and their bytes, not compressed (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT).
std::string zip_archive(const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace descent::formats
