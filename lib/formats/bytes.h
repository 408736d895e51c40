#pragma once
// Reading data files, optionally compressed with gzip, and the binary representation of numbers in files.

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

// Throws InputError "<file>: <message>".
[[noreturn]] void fail(const std::string& file, const std::string& message);

// Returns `folder`/`name`, or the same with ".gz". Throws InputError with `remedy` if neither exists.
std::filesystem::path find_file(const std::filesystem::path& folder, const std::string& name, std::string_view remedy);

// Decompresses a file and calls `visit` for each chunk until it returns false. Throws InputError if the file is missing
// or damaged.
void read_chunks(const std::filesystem::path& file, const std::function<bool(std::string_view)>& visit);

// Returns the decompressed file, or its first `max_bytes` bytes.
std::string read_bytes(const std::filesystem::path& file, std::size_t max_bytes = SIZE_MAX);

// The bytes of numbers in memory.
static_assert(std::endian::native == std::endian::little, "the file formats are little-endian");
template <std::ranges::contiguous_range Numbers> std::string_view bytes_of(const Numbers& numbers) {
  return {reinterpret_cast<const char*>(std::ranges::data(numbers)),
          std::ranges::size(numbers) * sizeof(*std::ranges::data(numbers))};
}
template <class Number>
requires std::is_arithmetic_v<Number> std::string_view bytes_of(const Number& number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

}  // namespace descent::formats
