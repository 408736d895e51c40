#include "store/attempts.h"

#include <fcntl.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/process.h"

namespace descent::store {
namespace {

std::filesystem::path attempts_file(const std::filesystem::path& folder) { return folder / "attempts.jsonl"; }

// A single write in append mode, so that lines of several processes do not mix. The lock does the same for several
// machines: it makes a network file system look up the end of the file. Errors are ignored.
void append_line(const std::filesystem::path& folder, const nlohmann::ordered_json& line) {
  const std::string text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  const int descriptor =
      open(attempts_file(folder).c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (descriptor < 0) return;
  struct flock whole {};
  whole.l_type = F_WRLCK;
  fcntl(descriptor, F_OFD_SETLKW, &whole);
  [[maybe_unused]] const ssize_t written = write(descriptor, text.data(), text.size());
  close(descriptor);
}

// Earlier versions wrote the number alone.
std::string text_of(const nlohmann::json& process) {
  return process.is_string() ? process.get<std::string>() : process.dump();
}

}  // namespace

void AttemptLog::log_start(const std::vector<std::string>& run_hashes) const {
  append_line(
      folder_,
      {{"time", std::time(nullptr)}, {"process", core::this_process()}, {"jobs", jobs_}, {"begun", run_hashes}});
}

void AttemptLog::log_failure(const std::vector<std::string>& run_hashes, const std::string& reason) const {
  append_line(
      folder_,
      {{"time", std::time(nullptr)}, {"process", core::this_process()}, {"why", reason}, {"failed", run_hashes}});
}

std::map<std::string, Attempts> read_attempts(const std::filesystem::path& folder) {
  std::map<std::string, Attempts> attempts;
  std::error_code error;
  if (!is_regular_file(symlink_status(attempts_file(folder), error))) return attempts;
  std::ifstream file(attempts_file(folder));
  for (std::string text; std::getline(file, text);) try {
      const nlohmann::json line = nlohmann::json::parse(text);
      const bool is_start = line.contains("begun");
      for (const std::string hash : line.at(is_start ? "begun" : "failed")) {
        Attempts& run = attempts[hash];
        run.count += is_start;
        if (is_start) run.process = text_of(line.at("process")), run.jobs = line.at("jobs").get<std::size_t>();
        run.failure = is_start ? "" : line.at("why").get<std::string>();
      }
    } catch (const nlohmann::json::exception&) {  // truncated, for example because the disk was full
      continue;
    }
  return attempts;
}

}  // namespace descent::store
