#include "formats/bytes.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "core/error.h"

namespace descent::formats {

void fail(const std::string& file, const std::string& message) {
  throw core::InputError(std::vector<core::Problem>{{file, 0, 0, "", message}});
}

std::filesystem::path find_file(const std::filesystem::path& folder, const std::string& name, std::string_view remedy) {
  for (const std::filesystem::path& path : {folder / name, folder / (name + ".gz")})
    if (std::filesystem::is_regular_file(path)) return path;
  fail((folder / name).string(), fmt::format("no such file, with or without .gz; {}", remedy));
}

void read_chunks(const std::filesystem::path& file, const std::function<bool(std::string_view)>& visit) {
  const std::string name = file.string();
  if (!std::filesystem::is_regular_file(file)) fail(name, "no such file");
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> stream(gzopen(file.c_str(), "rb"), gzclose);
  if (!stream) fail(name, fmt::format("cannot be opened: {}", std::strerror(errno)));
  std::string chunk(1 << 20, '\0');
  for (;;) {
    const int read = gzread(stream.get(), chunk.data(), static_cast<unsigned>(chunk.size()));
    const std::size_t size = static_cast<std::size_t>(std::max(read, 0));
    if (size > 0 && !visit({chunk.data(), size})) return;
    if (size == chunk.size()) continue;
    int error = Z_OK;
    const char* text = gzerror(stream.get(), &error);
    if (error == Z_BUF_ERROR) fail(name, "truncated; download it again");
    if (error != Z_OK && error != Z_STREAM_END) fail(name, fmt::format("damaged ({}); download it again", text));
    return;
  }
}

std::string read_bytes(const std::filesystem::path& file, std::size_t max_bytes) {
  std::string bytes;
  read_chunks(file, [&](std::string_view chunk) {
    bytes.append(chunk.substr(0, max_bytes - bytes.size()));
    return bytes.size() < max_bytes;
  });
  return bytes;
}

}  // namespace descent::formats
