#include "core/memory.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

namespace descent::core {

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
    // Inside a container the group may be named as seen from outside: the root is then its own.
    for (std::filesystem::path group = line.substr(second + 1);; group = group.parent_path()) {
      std::ifstream file(root / group.relative_path() / (version_2 ? "memory.max" : "memory.limit_in_bytes"));
      if (double bytes = 0; file >> bytes) limit = std::min(limit, bytes);  // "max" is not a number
      if (!group.has_relative_path()) break;
    }
  }
  return limit;
}

}  // namespace descent::core
