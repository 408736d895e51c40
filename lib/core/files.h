#pragma once
// Files written whole or not at all. Every failure is a FaultError that names the file and the remedy.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace descent::core {

// Throws a FaultError: "cannot write PATH: ...", with the remedy for this errno.
[[noreturn]] void fail(std::string_view action, const std::filesystem::path& path, int code);

// How the names of unfinished files and folders begin; a killed process may leave some behind.
inline constexpr std::string_view aside_prefix = ".tmp-";

// The bytes of a file; InputError when it is missing, a directory or larger than `max_bytes`.
std::string read_file(const std::filesystem::path& path, std::uint64_t max_bytes = UINT64_MAX);

// The same of a file that others may have put there: InputError also for a link, a device and a pipe.
std::string read_regular_file(const std::filesystem::path& path, std::uint64_t max_bytes);

// Writes a temporary file, fsyncs and renames it: a reader sees the old bytes or the new ones. The folder must exist.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

// Makes a folder, and those above it, where they are missing; the files to be written there report what is wrong.
void make_folder(const std::filesystem::path& folder);

// A folder that appears complete or not at all: fill `path()`, then commit. Without commit it is removed.
// The folder above must exist.
class AtomicFolder {
 public:
  explicit AtomicFolder(std::filesystem::path target);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  const std::filesystem::path& path() const { return aside_; }
  void write(std::string_view name, std::string_view bytes);  // one file inside, fsynced
  void commit();                                              // rename; keeps an existing target

 private:
  std::filesystem::path target_, aside_;
  bool committed_ = false;
};

// Writes a large file piece by piece to a temporary file and renames it at commit.
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
  std::filesystem::path path_, aside_;
  std::string buffer_;
  int descriptor_ = -1;
};

// The folder of the running program, symbolic links resolved.
std::filesystem::path program_folder();

}  // namespace descent::core
