#pragma once
// attempts.jsonl: one line for each start and failure of runs, read by `descent status`. Results do not depend on it.

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace descent::store {

// The attempts to train one run.
struct Attempts {
  std::size_t count = 0;
  std::string process;   // core::this_process() of the last attempt
  std::size_t jobs = 1;  // number of stacks that this process trains at the same time
  std::string failure;   // the reason if the last attempt failed, otherwise empty
};

class AttemptLog {
 public:
  AttemptLog(std::filesystem::path folder, std::size_t jobs) : folder_(std::move(folder)), jobs_(jobs) {}

  // Safe to call from several threads and processes; a line that cannot be written is skipped.
  void log_start(const std::vector<std::string>& run_hashes) const;
  void log_failure(const std::vector<std::string>& run_hashes, const std::string& reason) const;

 private:
  const std::filesystem::path folder_;
  const std::size_t jobs_;
};

// The attempts by run hash; lines that cannot be parsed are skipped.
std::map<std::string, Attempts> read_attempts(const std::filesystem::path& folder);

}  // namespace descent::store
