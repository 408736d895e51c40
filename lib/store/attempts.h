#pragma once
// attempts.jsonl: a line for every start and every failure of runs, for `descent status`. Results never depend on it.

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace descent::store {

// The entries of one run.
struct Attempts {
  std::size_t count = 0;
  std::string process;   // of the last attempt, as core::this_process() names it
  std::size_t jobs = 1;  // stacks that this process trains at the same time
  std::string failure;   // why the last attempt failed; empty if it did not
};

class AttemptLog {
 public:
  AttemptLog(std::filesystem::path folder, std::size_t jobs) : folder_(std::move(folder)), jobs_(jobs) {}

  // Safe to call from several threads and processes; a line that cannot be written is skipped.
  void begun(const std::vector<std::string>& run_hashes) const;
  void failed(const std::vector<std::string>& run_hashes, const std::string& why) const;

 private:
  const std::filesystem::path folder_;
  const std::size_t jobs_;
};

// By the hash of the run; lines that cannot be read are skipped.
std::map<std::string, Attempts> read_attempts(const std::filesystem::path& folder);

}  // namespace descent::store
