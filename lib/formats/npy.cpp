#include "formats/npy.h"

#include <fmt/format.h>

#include <cmath>
#include <regex>

#include "core/text.h"
#include "formats/bytes.h"

namespace descent::formats {
namespace {

struct TypeName {
  std::string_view name;  // behind the character for the order of the bytes
  NpyType type;
  std::int64_t size;
};
constexpr std::array<TypeName, 12> types{{{"b1", NpyType::boolean, 1},
                                          {"i1", NpyType::int8, 1},
                                          {"i2", NpyType::int16, 2},
                                          {"i4", NpyType::int32, 4},
                                          {"i8", NpyType::int64, 8},
                                          {"u1", NpyType::uint8, 1},
                                          {"u2", NpyType::uint16, 2},
                                          {"u4", NpyType::uint32, 4},
                                          {"u8", NpyType::uint64, 8},
                                          {"f2", NpyType::float16, 2},
                                          {"f4", NpyType::float32, 4},
                                          {"f8", NpyType::float64, 8}}};

struct Header {
  std::string descr;
  bool fortran_order;
  std::vector<std::int64_t> shape;
};

// A Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (4000, 40), }
Header parse_header(std::string_view text, const std::string& name) {
  const auto damaged = [&] { fail(name, "damaged .npy header; save the array again with numpy.save"); };
  constexpr std::size_t longest = 4096;  // only structured arrays, which are not supported, have longer ones
  if (text.size() > longest) damaged();
  const auto find = [&](const char* pattern) {
    std::match_results<std::string_view::const_iterator> match;
    if (!std::regex_search(text.begin(), text.end(), match, std::regex(pattern))) damaged();
    return match[1].str();
  };
  if (text.find("'descr': [") != text.npos)
    fail(name, "a structured array is not supported; save one array of numbers, a column per feature");
  Header header{find("'descr': *'([^']*)'"), find("'fortran_order': *(True|False)") == "True", {}};
  for (const std::string& field : core::split(find("'shape': *\\(([0-9, ]*)\\)"), ',')) {
    const std::size_t start = field.find_first_not_of(' ');
    if (start == field.npos) continue;  // behind the last comma
    const auto size = core::parse_integer(std::string_view(field).substr(start));
    if (!size) damaged();
    header.shape.push_back(*size);
  }
  return header;
}

// The header's text; `bytes` then begins with the elements.
std::string_view split_header(std::string_view& bytes, const std::string& name) {
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
  if (bytes.substr(0, 6) != "\x93NUMPY") fail(name, "not a .npy file; save the array with numpy.save");
  const std::size_t length_size = bytes.size() > 6 && byte(6) == 2 ? 4 : 2;
  if (bytes.size() < 8 + length_size) fail(name, "truncated in the .npy header; restore the file");
  if (byte(6) != 1 && byte(6) != 2)
    fail(name, fmt::format(".npy version {}.{} is not supported (1.0 or 2.0); save the array again with numpy.save",
                           byte(6), byte(7)));
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_size; ++i) length |= byte(8 + i) << (8 * i);
  bytes.remove_prefix(8 + length_size);
  if (bytes.size() < length) fail(name, "truncated in the .npy header; restore the file");
  const std::string_view header = bytes.substr(0, length);
  bytes.remove_prefix(length);
  return header;
}

const TypeName& type_of(const std::string& descr, const std::string& name) {
  constexpr std::string_view orders = "<>|=";
  const bool ordered = !descr.empty() && orders.find(descr[0]) != orders.npos;
  const auto type = std::ranges::find(types, std::string_view(descr).substr(ordered ? 1 : 0), &TypeName::name);
  if (type != types.end()) return *type;
  const bool texts = descr.find_first_of("US") != descr.npos;
  fail(name,
       fmt::format(
           "element type \"{}\" is not supported (truth values, integers and floats of up to 64 bits); {}", descr,
           texts ? "number the texts with numpy.unique(y, return_inverse=True)[1]" : "convert the array with astype"));
}

// Of the axes in this order, the last one running fastest.
std::vector<std::int64_t> strides_of(const std::vector<std::int64_t>& shape, bool fortran_order) {
  std::vector<std::int64_t> strides(shape.size());
  std::int64_t next = 1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::size_t axis = fortran_order ? i : shape.size() - 1 - i;
    strides[axis] = next;
    next *= shape[axis];
  }
  return strides;
}

}  // namespace

bool is_floating(NpyType type) {
  return type == NpyType::float16 || type == NpyType::float32 || type == NpyType::float64;
}

Half::operator float() const {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const float size = exponent == 31 ? (fraction ? NAN : INFINITY)
                     : exponent > 0 ? std::ldexp(static_cast<float>(fraction + 1024), exponent - 25)
                                    : std::ldexp(static_cast<float>(fraction), -24);
  return bits >> 15 ? -size : size;
}

std::int64_t NpyHeader::count() const {
  std::int64_t product = 1;
  for (const std::int64_t size : shape) product *= size;
  return product;
}

NpyHeader parse_npy_header(std::string_view bytes, const std::string& name) {
  const std::size_t all = bytes.size();
  const Header header = parse_header(split_header(bytes, name), name);
  const TypeName& type = type_of(header.descr, name);
  std::int64_t needed = type.size;
  for (const std::int64_t size : header.shape)
    if (size > 0 && __builtin_mul_overflow(needed, size, &needed))
      fail(name, "the shape is larger than any file; save the array again with numpy.save");
  if (std::ranges::count(header.shape, 0) > 0) needed = 0;
  return {type.type,          header.descr[0] == '>',
          header.shape,       strides_of(header.shape, header.fortran_order),
          all - bytes.size(), static_cast<std::size_t>(needed)};
}

Npy parse_npy(std::string_view bytes, const std::string& name) {
  NpyHeader header = parse_npy_header(bytes, name);
  bytes.remove_prefix(header.start);
  if (bytes.size() != header.size) refuse_size(bytes.size(), header, name);
  return {std::move(header), bytes, name};
}

void refuse_size(std::size_t found, const NpyHeader& header, const std::string& name) {
  fail(name, fmt::format("holds {} bytes of elements where its shape needs {}; restore the file", found, header.size));
}

std::string npy_index(const NpyHeader& header, std::int64_t number) {
  std::vector<std::int64_t> index;
  for (std::size_t axis = 0; axis < header.shape.size(); ++axis)
    index.push_back(number / header.strides[axis] % header.shape[axis]);
  return fmt::format("[{}]", fmt::join(index, ", "));
}

std::string npy_header(std::string_view descr, const std::vector<std::int64_t>& shape) {
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", descr,
                                   fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  constexpr std::size_t before = 10, alignment = 64;  // magic, version, length
  header.append(alignment - 1 - (before + header.size()) % alignment, ' ');
  header += '\n';
  const auto length = static_cast<std::uint16_t>(header.size());
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(length & 0xff) + static_cast<char>(length >> 8) +
         header;
}

void refuse_element(const std::string& name, double element, int bits) {
  fail(name, fmt::format("holds {} where an integer of {} bits is needed; correct the array", element, bits));
}

}  // namespace descent::formats
