#pragma once
// The states of unfinished runs on disk, from which an interrupted training resumes, in whatever stack.

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace descent::store {

// How a checkpoint file begins; the SHA-256 of the rest follows.
inline constexpr std::string_view checkpoint_magic = "descent checkpoint 7\n";

// The state of one run at some step, as the training wrote it.
struct SavedRun {
  std::string run_hash;
  std::int64_t step = 0;
  std::string bytes;
};

// The steps of the runs that have a state in `folder`, by the hash of the run. Reads only the beginning of each state
// and verifies nothing.
std::map<std::string, std::int64_t> checkpointed_steps(const std::filesystem::path& folder);

// One file per stack, written atomically, with a checksum. Safe to call from several threads.
class Checkpoints {
 public:
  // Reads what earlier sessions left in `folder`; a damaged file is set aside as <name>.damaged.
  explicit Checkpoints(std::filesystem::path folder);

  // The latest state of a run, or null.
  const SavedRun* find(std::string_view run_hash) const;

  // Replaces the file of the stack that these runs form.
  void write(const std::vector<SavedRun>& states);

  // After the stack is finished: removes its file and the states of its runs, and the files of earlier sessions of
  // which no run is needed any more.
  void remove(const std::vector<std::string>& run_hashes);

  // What was set aside, one sentence each.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  void read(const std::filesystem::path& file);

  const std::filesystem::path folder_;
  mutable std::mutex mutex_;
  std::map<std::string, SavedRun, std::less<>> states_;               // by run
  std::map<std::filesystem::path, std::vector<std::string>> needed_;  // runs for which a file is kept
  std::vector<std::string> warnings_;
};

}  // namespace descent::store
