#include "cluster/command.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/error.h"
#include "core/text.h"

namespace descent::cluster {

std::string quoted(const std::string& word) {
  std::string text = "'";
  for (const char letter : word) text += letter == '\'' ? "'\\''" : std::string(1, letter);
  return text + "'";
}

std::string output_of(const std::string& command) {
  std::fflush(nullptr);
  std::FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (!pipe) throw core::FaultError(fmt::format("cannot start a shell: {}", std::strerror(errno)));
  std::string text;
  std::array<char, 4096> buffer;
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) text.append(buffer.data(), count);
  const int status = pclose(pipe);
  if (status == 0) return text;
  while (text.ends_with('\n')) text.pop_back();
  const std::string program = command.substr(0, command.find(' '));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
    throw core::FaultError(fmt::format("{}: not found; this is no machine of a Slurm cluster", program));
  throw core::FaultError(fmt::format("{} failed: {}", program, core::printable(text)));
}

}  // namespace descent::cluster
