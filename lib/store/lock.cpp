#include "store/lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/error.h"
#include "core/files.h"
#include "core/process.h"
#include "core/text.h"

namespace descent::store {
namespace {

// Byte ranges of the file .lock: training everything locks all slots, a shard locks its own and names its process
// there; merging locks a byte behind them.
constexpr off_t slot_size = 256, all_slots = off_t{1} << 40;

struct flock range(short type, off_t start, off_t length) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = start;
  lock.l_len = length;
  return lock;
}

// The first slot for everything, then one for 1/2 and 2/2, for 1/3, 2/3 and 3/3, ...
off_t slot_of(const plan::Shard& shard) { return (shard.count * (shard.count - 1) / 2 + shard.index - 1) * slot_size; }

std::filesystem::path lock_file(const std::filesystem::path& folder) { return folder / ".lock"; }

std::string process_at(int descriptor, off_t slot) {
  char text[slot_size + 1] = {};
  return pread(descriptor, text, slot_size, slot) > 0 && *text != 0 ? text : "?";
}

// Of processes that were killed while they merged: whoever holds the lock for merging writes alone.
void remove_half_written_tables(const std::filesystem::path& folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(core::temporary_prefix) && name.find(".csv-") != std::string::npos)
      std::filesystem::remove(entry.path(), error);
  }
}

void collect(int descriptor, off_t begin, off_t end, std::vector<std::string>& processes) {
  if (begin >= end) return;
  struct flock other = range(F_WRLCK, begin, end - begin);
  if (fcntl(descriptor, F_OFD_GETLK, &other) != 0 || other.l_type == F_UNLCK) return;
  processes.push_back(process_at(descriptor, other.l_start));
  collect(descriptor, begin, other.l_start, processes);
  collect(descriptor, other.l_start + other.l_len, end, processes);
}

}  // namespace

LockFile::LockFile(const Results& results) {
  results.prepare();
  const std::filesystem::path file = lock_file(results.folder());
  descriptor_ = open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (descriptor_ < 0)
    throw core::FaultError(
        fmt::format("{}: cannot be opened ({}); choose another --out", file.string(), std::strerror(errno)));
}

LockFile::~LockFile() { close(descriptor_); }

FolderLock::FolderLock(const Results& results, const plan::Shard& shard) : LockFile(results) {
  const off_t slot = slot_of(shard);
  struct flock own = range(F_WRLCK, slot, shard.is_all() ? all_slots : slot_size);
  if (fcntl(descriptor(), F_OFD_SETLK, &own) != 0) {
    if (errno != EAGAIN && errno != EACCES)
      throw core::FaultError(fmt::format("{}: cannot be locked ({}); choose another --out", results.folder().string(),
                                         std::strerror(errno)));
    std::vector<std::string> others;
    collect(descriptor(), own.l_start, own.l_start + own.l_len, others);
    const std::string holder = others.empty() ? "?" : core::printable(others[0]);
    throw core::FaultError(
        fmt::format("{}: process {} is training into this folder; wait for it, or choose another --out",
                    results.folder().string(), holder));
  }
  char text[slot_size] = {};
  std::snprintf(text, sizeof text, "%s", core::this_process().c_str());
  // If this fails, only the name of the holder is missing; the lock holds.
  [[maybe_unused]] const ssize_t named = pwrite(descriptor(), text, sizeof text, slot);
  if (shard.is_all()) results.remove_leftovers();  // those of a shard on another machine may be in use
}

MergeLock::MergeLock(const Results& results) : LockFile(results) {
  struct flock own = range(F_WRLCK, all_slots, 1);
  while (fcntl(descriptor(), F_OFD_SETLKW, &own) != 0 && errno == EINTR) {
  }
  remove_half_written_tables(results.folder());
}

std::vector<std::string> training_processes(const std::filesystem::path& folder) {
  std::vector<std::string> processes;
  const int descriptor = open(lock_file(folder).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return processes;
  collect(descriptor, 0, all_slots, processes);
  close(descriptor);
  return processes;
}

}  // namespace descent::store
