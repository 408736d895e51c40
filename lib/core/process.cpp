#include "core/process.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace descent::core {
namespace {

std::string describe_this_process() {
  const std::string text = fmt::format("{} on {}", getpid(), host_name());
  const char *array = std::getenv("SLURM_ARRAY_JOB_ID"), *task = std::getenv("SLURM_ARRAY_TASK_ID");
  if (array && task) return fmt::format("{} (Slurm job {}_{})", text, array, task);
  const char* job = std::getenv("SLURM_JOB_ID");
  return job ? fmt::format("{} (Slurm job {})", text, job) : text;
}

}  // namespace

std::string process_start_time(long process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.empty()) return "";
  // proc(5): the name, in parentheses, may contain anything; the start time is the 20th field after it.
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string field;
  for (int i = 0; i < 20; ++i) fields >> field;
  return fields ? field : "";
}

const std::string& host_name() {
  static const std::string name = [] {
    utsname system{};
    uname(&system);
    return std::string(system.nodename);
  }();
  return name;
}

const std::string& this_process() {
  static const std::string text = describe_this_process();
  return text;
}

double memory_limit() {
  double limit = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  std::ifstream groups("/proc/self/cgroup");  // "0::/a/b" of version 2, "4:memory:/a/b" of version 1
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == line.npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool version_2 = controllers.empty();
    if (!version_2 && controllers != "memory") continue;
    const std::filesystem::path root = version_2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
    // In a container the path may be that of the host; the container's limit is then at the root.
    for (std::filesystem::path group = line.substr(second + 1);; group = group.parent_path()) {
      std::ifstream file(root / group.relative_path() / (version_2 ? "memory.max" : "memory.limit_in_bytes"));
      if (double bytes = 0; file >> bytes) limit = std::min(limit, bytes);  // "max" is not a number
      if (!group.has_relative_path()) break;
    }
  }
  return limit;
}

}  // namespace descent::core
