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

void read_pieces(const std::filesystem::path& file, const std::function<bool(std::string_view)>& visit) {
  const std::string name = file.string();
  if (!std::filesystem::is_regular_file(file)) fail(name, "no such file");
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> stream(gzopen(file.c_str(), "rb"), gzclose);
  if (!stream) fail(name, fmt::format("cannot be opened: {}", std::strerror(errno)));
  std::string piece(1 << 20, '\0');
  for (;;) {
    const int read = gzread(stream.get(), piece.data(), static_cast<unsigned>(piece.size()));
    const std::size_t size = static_cast<std::size_t>(std::max(read, 0));
    if (size > 0 && !visit({piece.data(), size})) return;
    if (size == piece.size()) continue;
    int error = Z_OK;
    const char* text = gzerror(stream.get(), &error);
    if (error == Z_BUF_ERROR) fail(name, "truncated; get it again");
    if (error != Z_OK && error != Z_STREAM_END) fail(name, fmt::format("damaged ({}); get it again", text));
    return;
  }
}

std::string read_bytes(const std::filesystem::path& file, std::size_t most) {
  std::string bytes;
  read_pieces(file, [&](std::string_view piece) {
    bytes.append(piece.substr(0, most - bytes.size()));
    return bytes.size() < most;
  });
  return bytes;
}

}  // namespace descent::formats
