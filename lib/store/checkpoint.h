#pragma once
// Saves the states of unfinished runs, from which an interrupted training resumes, even in other stacks.

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace descent::store {

// The beginning of a checkpoint file; the SHA-256 of the rest follows.
inline constexpr std::string_view checkpoint_magic = "descent checkpoint 7\n";

// The state of a run after `step` steps, serialized by lib/train.
struct SavedRun {
  std::string run_hash;
  std::int64_t step = 0;
  std::string bytes;
};

// The latest step of each run with a state in `folder`, by run hash. Reads only the beginning of each state and
// verifies no checksum.
std::map<std::string, std::int64_t> checkpointed_steps(const std::filesystem::path& folder);

// One file per stack, written atomically, with a checksum. All functions are thread-safe.
class Checkpoints {
 public:
  // Reads the files of earlier sessions in `folder`; renames damaged ones to <name>.damaged.
  explicit Checkpoints(std::filesystem::path folder);

  // The latest state of a run, or null.
  const SavedRun* find(std::string_view run_hash) const;

  // Writes or replaces the file of the stack of these runs.
  void write(const std::vector<SavedRun>& states);

  // Removes the states of finished runs and the files in which no run is needed any more.
  void remove(const std::vector<std::string>& run_hashes);

  // One sentence for each damaged file.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  void read(const std::filesystem::path& file);

  const std::filesystem::path folder_;
  mutable std::mutex mutex_;
  std::map<std::string, SavedRun, std::less<>> states_;               // by run
  std::map<std::filesystem::path, std::vector<std::string>> needed_;  // the runs that still need each file
  std::vector<std::string> warnings_;
};

}  // namespace descent::store
