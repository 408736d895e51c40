#pragma once
// attempts.jsonl: a line whenever runs are begun and whenever they fail, so that `descent status` can tell of them. A
// log: results never depend on it.

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace descent::store {

// What the log says of one run.
struct Attempts {
  std::size_t count = 0;
  long process = 0;        // that began it last
  std::size_t jobs = 1;    // stacks which that process trains at the same time
  std::string failure;     // why the last attempt failed; empty: it did not
};

class AttemptLog {
 public:
  AttemptLog(std::filesystem::path folder, std::size_t jobs) : folder_(std::move(folder)), jobs_(jobs) {}

  // Safe to call from several threads and processes; a line that cannot be written is left out.
  void begun(const std::vector<std::string>& run_hashes) const;
  void failed(const std::vector<std::string>& run_hashes, const std::string& why) const;

 private:
  const std::filesystem::path folder_;
  const std::size_t jobs_;
};

// By the hash of the run; lines that cannot be read are skipped.
std::map<std::string, Attempts> read_attempts(const std::filesystem::path& folder);

}  // namespace descent::store
