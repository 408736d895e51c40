#include "store/lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace descent::store {

FolderLock::FolderLock(const Results& results) {
  results.prepare();
  const std::filesystem::path file = results.folder() / ".lock";
  descriptor_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0)
    throw core::FaultError(
        fmt::format("{}: cannot be opened ({}); choose another --out", file.string(), std::strerror(errno)));
  if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    char holder[32] = {};
    const ssize_t size = read(descriptor_, holder, sizeof holder - 1);
    close(descriptor_);
    throw core::FaultError(
        fmt::format("{}: process {} is training into this folder; wait for it, or choose another --out",
                    results.folder().string(), size > 0 ? holder : "?"));
  }
  const std::string self = std::to_string(getpid());
  // Should this fail, only the name of the holder is missing; the lock holds.
  [[maybe_unused]] const bool named =
      ftruncate(descriptor_, 0) == 0 && write(descriptor_, self.data(), self.size()) > 0;
  results.remove_leftovers();
}

FolderLock::~FolderLock() { close(descriptor_); }

}  // namespace descent::store
