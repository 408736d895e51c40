#pragma once
// Bytes of data files, compressed with gzip or not.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace descent::formats {

// The InputError "<file>: <message>".
[[noreturn]] void fail(const std::string& file, const std::string& message);

// `folder`/`name`, or the same with ".gz"; where both are missing, an InputError that says where to get it.
std::filesystem::path find_file(const std::filesystem::path& folder, const std::string& name, std::string_view remedy);

// The first `most` bytes of a file, uncompressed. InputError where there is no file or it is damaged.
std::string read_bytes(const std::filesystem::path& file, std::size_t most = SIZE_MAX);

}  // namespace descent::formats
