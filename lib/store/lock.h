#pragma once
// One process at a time trains into a results folder.

#include <filesystem>

#include "store/results.h"

namespace descent::store {

// Held until it is destroyed or the process ends, however it ends. Makes the folder and removes what killed
// processes left half-written. FaultError while another process holds it.
class FolderLock {
 public:
  explicit FolderLock(const Results& results);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace descent::store
