#include "formats/npz.h"

#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "core/error.h"
#include "core/text.h"
#include "formats/bytes.h"
#include "formats/npy.h"

namespace descent::formats {
namespace {

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
  std::vector<std::u32string> texts;
  std::size_t longest = 1;
  for (const std::string& cell : cells) longest = std::max(longest, texts.emplace_back(code_points(cell)).size());
  std::string bytes = npy_header("<U" + std::to_string(longest), shape);
  for (std::u32string& text : texts) {
    text.resize(longest);
    for (const char32_t point : text) append(bytes, point);
  }
  return bytes;
}

std::string zip_archive(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string archive, directory;
  for (const auto& [name, bytes] : files) {
    if (archive.size() + bytes.size() > UINT32_MAX)
      throw core::InputError("more than 4 GB for one .npz file; select fewer points, or write .csv");
    const auto crc =
        static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
    const auto size = static_cast<std::uint32_t>(bytes.size()), offset = static_cast<std::uint32_t>(archive.size());
    std::string common;  // of both headers: version 2.0, not compressed, 1980-01-01
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
