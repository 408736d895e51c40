// The way to descent-train: one process, one signal target.

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "core/error.h"
#include "core/files.h"
#include "descent/commands.h"

namespace descent {

void become_descent_train(const std::vector<std::string>& argv) {
  const std::filesystem::path beside = core::program_folder() / "descent-train";
  const std::string program = access(beside.c_str(), X_OK) == 0 ? beside.string() : "descent-train";
  std::vector<char*> arguments;
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments[0] = const_cast<char*>(program.c_str());
  arguments.push_back(nullptr);
  std::fflush(nullptr);
  execvp(program.c_str(), arguments.data());  // searches PATH for a name without a slash
  throw core::FaultError(errno == ENOENT
                             ? fmt::format("descent-train, the program that trains, is neither in {} nor "
                                           "in PATH; build or install it",
                                           beside.parent_path().string())
                             : fmt::format("{}: {}", program, std::strerror(errno)));
}

}  // namespace descent
