#include "store/attempts.h"

#include <fcntl.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

namespace descent::store {
namespace {

std::filesystem::path file_in(const std::filesystem::path& folder) { return folder / "attempts.jsonl"; }

// One write to a file open for appending: lines of several processes do not mix.
void append(const std::filesystem::path& folder, const nlohmann::ordered_json& line) {
  const std::string text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  const int descriptor = open(file_in(folder).c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (descriptor < 0) return;
  [[maybe_unused]] const ssize_t written = write(descriptor, text.data(), text.size());
  close(descriptor);
}

}  // namespace

void AttemptLog::begun(const std::vector<std::string>& run_hashes) const {
  append(folder_, {{"time", std::time(nullptr)}, {"process", getpid()}, {"jobs", jobs_}, {"begun", run_hashes}});
}

void AttemptLog::failed(const std::vector<std::string>& run_hashes, const std::string& why) const {
  append(folder_, {{"time", std::time(nullptr)}, {"process", getpid()}, {"why", why}, {"failed", run_hashes}});
}

std::map<std::string, Attempts> read_attempts(const std::filesystem::path& folder) {
  std::map<std::string, Attempts> attempts;
  std::error_code error;
  if (!is_regular_file(symlink_status(file_in(folder), error))) return attempts;
  std::ifstream file(file_in(folder));
  for (std::string text; std::getline(file, text);) try {
      const nlohmann::json line = nlohmann::json::parse(text);
      const bool begun = line.contains("begun");
      for (const std::string hash : line.at(begun ? "begun" : "failed")) {
        Attempts& run = attempts[hash];
        run.count += begun;
        if (begun) run.process = line.at("process").get<long>(), run.jobs = line.at("jobs").get<std::size_t>();
        run.failure = begun ? "" : line.at("why").get<std::string>();
      }
    } catch (const nlohmann::json::exception&) {  // cut off, as when the disk was full
      continue;
    }
  return attempts;
}

}  // namespace descent::store
