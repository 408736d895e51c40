#include "core/process.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
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

std::string process_start(long process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.empty()) return "";
  // proc(5): the name, in parentheses, may hold anything; the start is the 20th field behind it.
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

}  // namespace descent::core
