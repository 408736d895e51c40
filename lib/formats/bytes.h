#pragma once
// Bytes of data files, compressed with gzip or not.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

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

}  // namespace descent::formats
