#pragma once
// Bytes of data files, compressed with gzip or not, and of numbers in files.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>

namespace descent::formats {

// The InputError "<file>: <message>".
[[noreturn]] void fail(const std::string& file, const std::string& message);

// `folder`/`name`, or the same with ".gz"; where both are missing, an InputError that says where to get it.
std::filesystem::path find_file(const std::filesystem::path& folder, const std::string& name, std::string_view remedy);

// Visits the bytes of a file, uncompressed, a piece after the other until `visit` says false. InputError where there is
// no file or it is damaged.
void read_pieces(const std::filesystem::path& file, const std::function<bool(std::string_view)>& visit);

// The first `most` bytes of a file.
std::string read_bytes(const std::filesystem::path& file, std::size_t most = SIZE_MAX);

// The bytes of numbers as they lie in memory.
static_assert(std::endian::native == std::endian::little, "the formats written here are little-endian");
template <std::ranges::contiguous_range Numbers> std::string_view bytes_of(const Numbers& numbers) {
  return {reinterpret_cast<const char*>(std::ranges::data(numbers)),
          std::ranges::size(numbers) * sizeof(*std::ranges::data(numbers))};
}
template <class Number>
requires std::is_arithmetic_v<Number> std::string_view bytes_of(const Number& number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

}  // namespace descent::formats
