#pragma once
// Who may write into a results folder at the same time: one process that trains everything, or one for each shard.

#include <filesystem>
#include <vector>

#include "plan/shard.h"
#include "store/results.h"

namespace descent::store {

// A lock that ends with its owner, however that ends; whoever holds it may also be on another machine.
class LockFile {
 public:
  explicit LockFile(const std::filesystem::path& folder);
  ~LockFile();
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// Held while a process trains. Makes the folder and removes what killed processes left half-written. FaultError while
// another process trains the same runs.
class FolderLock {
 public:
  explicit FolderLock(const Results& results, const plan::Shard& shard = {});

 private:
  LockFile file_;
};

// Held while the CSVs are written; waits for others that do. The last of several writers sees every part.
class MergeLock {
 public:
  explicit MergeLock(const Results& results);

 private:
  LockFile file_;
};

// The processes that train into `folder` now.
std::vector<long> training_processes(const std::filesystem::path& folder);

}  // namespace descent::store
