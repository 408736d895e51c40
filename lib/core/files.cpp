#include "core/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.h"
#include "core/process.h"

namespace descent::core {
namespace {

namespace fs = std::filesystem;

std::string remedy(int code) {
  switch (code) {
    case ENOSPC: return "the disk is full (ENOSPC): free some space, then run the same command again";
    case EDQUOT: return "your disk quota is exceeded: free some space, then run the same command again";
    case EROFS: return "the file system is read-only: choose another folder";
    case EACCES:
    case EPERM: return "check the permissions of the file and its folder, or choose another folder";
    case ENOENT: return "its folder does not exist or was removed: create it, then run the same command again";
    case EMFILE:
    case ENFILE: return "too many open files: raise the limit (ulimit -n)";
    case EFBIG: return "the file would exceed the size limit: raise it (ulimit -f)";
    case EIO: return "the disk reported an error: check it";
    default: return "fix this, then run the same command again";
  }
}

// A name in the folder of `target` that no other process or thread uses and that readers skip.
fs::path temporary_path(const fs::path& target) {
  static std::atomic<unsigned> counter{0};
  static const std::string writer = host_name() + "-" + process_start_time(getpid()) + "-" + std::to_string(getpid());
  return target.parent_path() /
         fmt::format("{}{}-{}-{}", temporary_prefix, target.filename().string(), writer, counter++);
}

// Negative if the file cannot be opened.
class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags) : path_(path), value_(open(path.c_str(), flags | O_CLOEXEC, 0666)) {}
  ~Descriptor() {
    if (value_ >= 0) close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }
  int release() { return std::exchange(value_, -1); }
  void sync() const {  // EINVAL: the file system cannot sync folders
    if (fsync(value_) != 0 && errno != EINVAL) fail("write", path_, errno);
  }

 private:
  const fs::path& path_;
  int value_;
};

struct OpenFile : Descriptor {
  OpenFile(const fs::path& path, int flags) : Descriptor(path, flags) {
    if (get() < 0) fail("open", path, errno);
  }
};

void write_all(int descriptor, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Makes the file names in a folder survive a power failure.
void sync_folder(const fs::path& folder) {
  const fs::path path = folder.empty() ? fs::path(".") : folder;
  OpenFile(path, O_RDONLY | O_DIRECTORY).sync();
}

InputError unreadable(const fs::path& path, std::string message) {
  return InputError(std::vector{Problem{.file = path.string(), .message = std::move(message)}});
}

// `only_regular`: throws InputError for a link, a device or a pipe.
std::string read_all(const fs::path& path, bool only_regular, std::uint64_t max_bytes) {
  const Descriptor file(path, O_RDONLY | (only_regular ? O_NOFOLLOW | O_NONBLOCK : 0));
  if (file.get() < 0 && (errno == ENOENT || errno == ENOTDIR)) throw unreadable(path, "no such file");
  if (file.get() < 0 && !(only_regular && (errno == ELOOP || errno == ENXIO))) fail("open", path, errno);
  struct stat status {};
  const bool known = fstat(file.get(), &status) == 0;
  if (only_regular && !(known && S_ISREG(status.st_mode))) throw unreadable(path, "is not a regular file");
  if (!known) fail("read", path, errno);
  if (S_ISDIR(status.st_mode)) throw unreadable(path, "is a folder, not a file");
  const auto too_large = [&] {
    return unreadable(path, fmt::format("larger than {} bytes, the maximum size of such a file", max_bytes));
  };
  if (S_ISREG(status.st_mode) && static_cast<std::uint64_t>(status.st_size) > max_bytes) throw too_large();
  std::string bytes(static_cast<std::size_t>(status.st_size) + 1, '\0');  // one more byte, to detect the end
  std::size_t size = 0;
  for (;;) {
    if (size == bytes.size()) bytes.resize(bytes.size() * 2 + 4096);  // the file grew, or is a pipe
    const ssize_t count = ::read(file.get(), bytes.data() + size, bytes.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("read", path, errno);
    size += static_cast<std::size_t>(count);
    if (size > max_bytes) throw too_large();
    if (count == 0 || size == static_cast<std::size_t>(status.st_size)) break;
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

void fail(std::string_view action, const fs::path& path, int code) {
  throw FaultError(fmt::format("cannot {} {}: {}; {}", action, path.string(), std::strerror(code), remedy(code)));
}

std::string read_file(const fs::path& path, std::uint64_t max_bytes) { return read_all(path, false, max_bytes); }

std::string read_regular_file(const fs::path& path, std::uint64_t max_bytes) { return read_all(path, true, max_bytes); }

std::string read_range(const fs::path& path, std::uint64_t begin, std::uint64_t end) {
  const Descriptor file(path, O_RDONLY);
  std::string bytes(end - begin, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t count = pread(file.get(), bytes.data() + size, bytes.size() - size, static_cast<off_t>(begin + size));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    size += static_cast<std::size_t>(count);
  }
  bytes.resize(size);
  return bytes;
}

void write_file_atomically(const fs::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

void make_folder(const fs::path& folder) {
  std::error_code ignored;
  fs::create_directories(folder, ignored);
}

AtomicFolder::AtomicFolder(fs::path target) : target_(std::move(target)), temporary_(temporary_path(target_)) {
  if (mkdir(temporary_.c_str(), 0777) != 0) fail("create", temporary_, errno);
}

AtomicFolder::~AtomicFolder() {
  std::error_code ignored;  // readers skip what cannot be removed
  if (!committed_) fs::remove_all(temporary_, ignored);
}

void AtomicFolder::write(std::string_view name, std::string_view bytes) {
  const fs::path path = temporary_ / name;
  const OpenFile file(path, O_WRONLY | O_CREAT | O_TRUNC);
  write_all(file.get(), bytes, path);
  file.sync();
}

void AtomicFolder::commit() {
  sync_folder(temporary_);
  if (rename(temporary_.c_str(), target_.c_str()) == 0) {
    committed_ = true;
  } else if (errno != EEXIST && errno != ENOTEMPTY) {
    fail("write", target_, errno);
  }
  sync_folder(target_.parent_path());
}

AtomicFile::AtomicFile(fs::path path) : path_(std::move(path)), temporary_(temporary_path(path_)) {
  descriptor_ = OpenFile(temporary_, O_WRONLY | O_CREAT | O_EXCL).release();
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view bytes) {
  constexpr std::size_t buffer_size = 1 << 20;
  buffer_ += bytes;
  if (buffer_.size() >= buffer_size) flush();
}

void AtomicFile::flush() {
  write_all(descriptor_, buffer_, path_);
  buffer_.clear();
}

void AtomicFile::commit() {
  flush();
  if (fsync(descriptor_) != 0) fail("write", path_, errno);
  if (rename(temporary_.c_str(), path_.c_str()) != 0) fail("write", path_, errno);
  close(std::exchange(descriptor_, -1));
  sync_folder(path_.parent_path());
}

fs::path program_folder() { return fs::read_symlink("/proc/self/exe").parent_path(); }

}  // namespace descent::core
