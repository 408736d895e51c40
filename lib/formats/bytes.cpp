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
  fail((folder / name).string(), fmt::format("missing, also as .gz; {}", remedy));
}

std::string read_bytes(const std::filesystem::path& file, std::size_t most) {
  const std::string name = file.string();
  if (!std::filesystem::is_regular_file(file)) fail(name, "no such file");
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> stream(gzopen(file.c_str(), "rb"), gzclose);
  if (!stream) fail(name, fmt::format("cannot be opened: {}", std::strerror(errno)));
  std::string bytes;
  constexpr std::size_t step = 1 << 20;
  while (bytes.size() < most) {
    const std::size_t size = bytes.size(), wanted = std::min(step, most - size);
    bytes.resize(size + wanted);
    const int read = gzread(stream.get(), bytes.data() + size, static_cast<unsigned>(wanted));
    bytes.resize(size + static_cast<std::size_t>(std::max(read, 0)));
    if (read == static_cast<int>(wanted)) continue;
    int error = Z_OK;
    const char* text = gzerror(stream.get(), &error);
    if (error == Z_BUF_ERROR) fail(name, "truncated; get it again");
    if (error != Z_OK && error != Z_STREAM_END) fail(name, fmt::format("damaged ({}); get it again", text));
    break;
  }
  return bytes;
}

}  // namespace descent::formats
