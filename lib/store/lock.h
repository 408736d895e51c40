#pragma once
// Who may write into a results folder at the same time: one process that trains everything, or one for each shard.

#include <filesystem>
#include <string>
#include <vector>

#include "plan/shard.h"
#include "store/results.h"

namespace descent::store {

// A file whose locks end with the process, however it ends; other holders may be on other machines.
class LockFile {
 public:
  explicit LockFile(const Results& results);
  ~LockFile();
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// Held while a process trains. Makes the folder and removes what killed processes left half-written. FaultError while
// another process trains the same runs.
class FolderLock : LockFile {
 public:
  explicit FolderLock(const Results& results, const plan::Shard& shard = {});
};

// Held while the CSVs are written; waits for other writers. The last one sees every part.
class MergeLock : LockFile {
 public:
  explicit MergeLock(const Results& results);
};

// The processes that train into `folder` now, as core::this_process() names them.
std::vector<std::string> training_processes(const std::filesystem::path& folder);

}  // namespace descent::store
