#pragma once
// Reading files, and writing them atomically. Every failure throws a FaultError with the file and what to do.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace descent::core {

// Throws FaultError "cannot ACTION PATH: ..." with the message and the remedy for the errno `code`.
[[noreturn]] void fail(std::string_view action, const std::filesystem::path& path, int code);

// Prefix of the names of unfinished files and folders, which a killed process may leave behind.
inline constexpr std::string_view temporary_prefix = ".tmp-";

// Returns the contents of a file. Throws InputError if it is missing, a folder or larger than `max_bytes`.
std::string read_file(const std::filesystem::path& path, std::uint64_t max_bytes = UINT64_MAX);

// Like read_file(), for a path that others can write to: throws InputError also for a link, a device or a pipe.
std::string read_regular_file(const std::filesystem::path& path, std::uint64_t max_bytes);

// Returns the bytes from `begin` to `end`, or fewer if the file is shorter or cannot be read.
std::string read_range(const std::filesystem::path& path, std::uint64_t begin, std::uint64_t end);

// Writes a temporary file, fsyncs and renames it: a reader sees the old or the new contents. The folder must exist.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

// Creates a folder and its parents. Ignores failures, which writing the first file reports.
void make_folder(const std::filesystem::path& folder);

// A folder that becomes visible only when complete: fill `path()`, then commit. Removed if not committed.
// The parent folder must exist.
class AtomicFolder {
 public:
  explicit AtomicFolder(std::filesystem::path target);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  const std::filesystem::path& path() const { return temporary_; }
  void write(std::string_view name, std::string_view bytes);  // a file in the folder, fsynced
  void commit();                                              // renames it; an existing target is kept

 private:
  std::filesystem::path target_, temporary_;
  bool committed_ = false;
};

// Writes a large file in parts to a temporary file, which commit() renames.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view bytes);
  void commit();

 private:
  void flush();
  std::filesystem::path path_, temporary_;
  std::string buffer_;
  int descriptor_ = -1;
};

// The folder of the running program, with symbolic links resolved.
std::filesystem::path program_folder();

}  // namespace descent::core
