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

// Byte ranges of the file .lock: training the whole plan locks all slots; a shard locks one slot and writes the name of
// its process there; merging locks the byte after all slots.
constexpr off_t slot_size = 256, all_slots = off_t{1} << 40;

struct flock range(short type, off_t start, off_t length) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = start;
  lock.l_len = length;
  return lock;
}

// The first slot is for the whole plan, the next ones are for the shards 1/2 and 2/2, 1/3, 2/3 and 3/3, ...
off_t slot_of(const plan::Shard& shard) { return (shard.count * (shard.count - 1) / 2 + shard.index - 1) * slot_size; }

std::filesystem::path lock_file(const std::filesystem::path& folder) { return folder / ".lock"; }

std::string process_at(int descriptor, off_t slot) {
  char text[slot_size + 1] = {};
  return pread(descriptor, text, slot_size, slot) > 0 && *text != 0 ? text : "?";
}

// Removes the files of processes that were killed while they merged; the caller must hold the lock for merging.
void remove_half_written_tables(const std::filesystem::path& folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(core::temporary_prefix) && name.find(".csv-") != std::string::npos)
      std::filesystem::remove(entry.path(), error);
  }
}

// Appends the processes that hold locks between `begin` and `end`.
void find_holders(int descriptor, off_t begin, off_t end, std::vector<std::string>& processes) {
  if (begin >= end) return;
  struct flock other = range(F_WRLCK, begin, end - begin);
  if (fcntl(descriptor, F_OFD_GETLK, &other) != 0 || other.l_type == F_UNLCK) return;
  processes.push_back(process_at(descriptor, other.l_start));
  find_holders(descriptor, begin, other.l_start, processes);
  find_holders(descriptor, other.l_start + other.l_len, end, processes);
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
    find_holders(descriptor(), own.l_start, own.l_start + own.l_len, others);
    const std::string holder = others.empty() ? "?" : core::printable(others[0]);
    throw core::FaultError(
        fmt::format("{}: process {} is training into this folder; wait for it, or choose another --out",
                    results.folder().string(), holder));
  }
  char text[slot_size] = {};
  std::snprintf(text, sizeof text, "%s", core::this_process().c_str());
  // If this fails, only the name of the process is missing; the lock is valid.
  [[maybe_unused]] const ssize_t named = pwrite(descriptor(), text, sizeof text, slot);
  if (shard.is_all()) results.remove_leftovers();  // a shard on another machine may still use its files
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
  find_holders(descriptor, 0, all_slots, processes);
  close(descriptor);
  return processes;
}

}  // namespace descent::store
