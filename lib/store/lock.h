#pragma once
// Locks of a results folder: either one process trains the whole plan, or one process per shard.

#include <filesystem>
#include <string>
#include <vector>

#include "plan/shard.h"
#include "store/results.h"

namespace descent::store {

// A file whose locks are released when the process ends in any way; other processes may be on other machines.
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

// Held while a process trains. Creates the folder and removes unfinished files of killed processes. Throws FaultError
// if another process trains the same runs.
class FolderLock : LockFile {
 public:
  explicit FolderLock(const Results& results, const plan::Shard& shard = {});
};

// Held while the CSVs are written; waits for other writers, so that the last one reads all parts.
class MergeLock : LockFile {
 public:
  explicit MergeLock(const Results& results);
};

// The processes that are training into `folder`, as named by core::this_process().
std::vector<std::string> training_processes(const std::filesystem::path& folder);

}  // namespace descent::store
