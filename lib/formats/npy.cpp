#include "formats/npy.h"

#include <fmt/format.h>
#include <zlib.h>

#include <cmath>
#include <regex>

#include "core/error.h"
#include "core/text.h"
#include "formats/bytes.h"

namespace descent::formats {
namespace {

struct Header {
  std::string descr;
  bool fortran_order;
  std::vector<std::int64_t> shape;
};

// A Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (4000, 40), }
Header parse_header(std::string_view text, const std::string& name) {
  const auto damaged = [&] { fail(name, "damaged .npy header; save the array again with numpy.save"); };
  constexpr std::size_t max_size = 4096;  // only structured arrays, which are not supported, exceed it
  if (text.size() > max_size) damaged();
  const auto find = [&](const char* pattern) {
    std::match_results<std::string_view::const_iterator> match;
    if (!std::regex_search(text.begin(), text.end(), match, std::regex(pattern))) damaged();
    return match[1].str();
  };
  if (text.find("'descr': [") != text.npos)
    fail(name, "structured arrays are not supported; save one array of numbers with a column per feature");
  Header header{find("'descr': *'([^']*)'"), find("'fortran_order': *(True|False)") == "True", {}};
  for (const std::string& field : core::split(find("'shape': *\\(([0-9, ]*)\\)"), ',')) {
    const std::size_t start = field.find_first_not_of(' ');
    if (start == field.npos) continue;  // after a trailing comma
    const auto size = core::parse_integer(std::string_view(field).substr(start));
    if (!size) damaged();
    header.shape.push_back(*size);
  }
  return header;
}

// Returns the text of the header and removes the header from `bytes`.
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

// The type of the elements without its byte order, and the size of an element.
std::pair<std::string, std::int64_t> type_of(const std::string& descr, const std::string& name) {
  constexpr std::string_view orders = "<>|=";
  const bool ordered = !descr.empty() && orders.find(descr[0]) != orders.npos;
  std::string type = descr.substr(ordered ? 1 : 0);
  std::int64_t size = 0;
  if (dispatch_type(type, [&](auto element) { size = sizeof element; })) return {std::move(type), size};
  const bool strings = descr.find_first_of("US") != descr.npos;
  fail(name, fmt::format("dtype \"{}\" is not supported (booleans, integers and floats of up to 64 bits); {}", descr,
                         strings ? "convert strings to integers with numpy.unique(y, return_inverse=True)[1]"
                                 : "convert the array with astype"));
}

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

template <class T> void append(std::string& bytes, T value) { bytes += bytes_of(value); }

// The code points of valid UTF-8.
std::u32string code_points(const std::string& text) {
  std::u32string points;
  for (const char byte : text) {
    const auto bits = static_cast<unsigned char>(byte);
    if ((bits & 0xc0) == 0x80) points.back() = points.back() << 6 | (bits & 0x3f);
    else points += bits < 0x80 ? bits : bits < 0xe0 ? bits & 0x1f : bits < 0xf0 ? bits & 0x0f : bits & 0x07;
  }
  return points;
}

}  // namespace

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
  const auto [type, element_size] = type_of(header.descr, name);
  std::int64_t needed = element_size;
  for (const std::int64_t size : header.shape)
    if (size > 0 && __builtin_mul_overflow(needed, size, &needed))
      fail(name, "invalid shape, larger than any file; save the array again with numpy.save");
  if (std::ranges::count(header.shape, 0) > 0) needed = 0;
  return {type,
          header.descr[0] == '>',
          header.shape,
          strides_of(header.shape, header.fortran_order),
          all - bytes.size(),
          static_cast<std::size_t>(needed)};
}

Npy parse_npy(std::string_view bytes, const std::string& name) {
  NpyHeader header = parse_npy_header(bytes, name);
  bytes.remove_prefix(header.start);
  if (bytes.size() != header.size) fail_size(bytes.size(), header, name);
  return {std::move(header), bytes, name};
}

void fail_size(std::size_t found, const NpyHeader& header, const std::string& name) {
  fail(name, fmt::format("has {} bytes of data, but its shape needs {}; restore the file", found, header.size));
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

void fail_element(const std::string& name, double element, int bits) {
  fail(name, fmt::format("contains {}, which is not an integer of {} bits; correct the array", element, bits));
}

std::string npy_column(const std::vector<std::string>& cells) {
  const std::vector<std::int64_t> shape{static_cast<std::int64_t>(cells.size())};
  const auto is_number = [](const std::string& cell) { return cell.empty() || core::parse_number(cell); };
  if (std::ranges::all_of(cells, [](const std::string& cell) { return core::parse_integer(cell).has_value(); })) {
    std::string bytes = npy_header("<i8", shape);
    for (const std::string& cell : cells) append(bytes, *core::parse_integer(cell));
    return bytes;
  }
  if (std::ranges::all_of(cells, is_number)) {
    std::string bytes = npy_header("<f8", shape);
    for (const std::string& cell : cells) append(bytes, core::parse_number(cell).value_or(std::nan("")));
    return bytes;
  }
  std::vector<std::u32string> strings;
  std::size_t length = 1;
  for (const std::string& cell : cells) length = std::max(length, strings.emplace_back(code_points(cell)).size());
  std::string bytes = npy_header("<U" + std::to_string(length), shape);
  for (std::u32string& string : strings) {
    string.resize(length);
    for (const char32_t point : string) append(bytes, point);
  }
  return bytes;
}

std::string zip_archive(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string archive, directory;
  for (const auto& [name, bytes] : files) {
    if (archive.size() + bytes.size() > UINT32_MAX)
      throw core::InputError("more than 4 GB of data for one .npz file; select fewer points, or write .csv");
    const auto crc =
        static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
    const auto size = static_cast<std::uint32_t>(bytes.size()), offset = static_cast<std::uint32_t>(archive.size());
    std::string common;  // to both headers: version 2.0, uncompressed, 1980-01-01
    for (const std::uint16_t field : {20, 0, 0, 0, 33}) append(common, field);
    for (const std::uint32_t field : {crc, size, size}) append(common, field);
    append(common, static_cast<std::uint16_t>(name.size()));
    append(common, std::uint16_t{0});
    archive.append("PK\3\4").append(common).append(name).append(bytes);
    directory.append("PK\1\2").append("\24\0", 2).append(common).append(10, '\0');
    append(directory, offset);
    directory += name;
  }
  const auto count = static_cast<std::uint16_t>(files.size());
  const auto start = static_cast<std::uint32_t>(archive.size());
  archive.append(directory).append("PK\5\6").append(4, '\0');
  append(archive, count);
  append(archive, count);
  append(archive, static_cast<std::uint32_t>(directory.size()));
  append(archive, start);
  archive.append(2, '\0');
  return archive;
}

}  // namespace descent::formats
