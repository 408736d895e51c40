// Starting descent-train.

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "core/error.h"
#include "core/files.h"
#include "descent/commands.h"
#include "report/notice.h"

namespace descent {
namespace {

constexpr std::array forwarded{SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};
volatile std::sig_atomic_t child = 0;

// What a terminal sends reaches the whole process group, so the child has it already.
void pass_on(int signal, siginfo_t* info, void*) {
  if (info->si_code == SI_USER && child > 0) kill(static_cast<pid_t>(child), signal);
}

}  // namespace

std::string descent_train() {
  const std::filesystem::path beside = core::program_folder() / "descent-train";
  return access(beside.c_str(), X_OK) == 0 ? beside.string() : "descent-train";
}

void become_descent_train(const std::vector<std::string>& argv) {
  const std::string program = descent_train();
  std::vector<char*> arguments;  // as typed: manifests name them
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  std::fflush(nullptr);
  execvp(program.c_str(), arguments.data());  // searches PATH for a name without a slash
  throw core::FaultError(errno == ENOENT ? fmt::format("descent-train is neither in {} nor in PATH; "
                                                       "build or install it",
                                                       core::program_folder().string())
                                         : fmt::format("{}: {}", program, std::strerror(errno)));
}

int run_descent_train(const std::vector<std::string>& argv) {
  std::fflush(nullptr);
  const pid_t pid = fork();
  if (pid < 0) throw core::FaultError(fmt::format("cannot start descent-train: {}", std::strerror(errno)));
  if (pid == 0) {
    dup2(STDERR_FILENO, STDOUT_FILENO);
    try {
      become_descent_train(argv);
    } catch (const core::FaultError& error) {
      report::complain(fmt::format("descent: {}", error.what()));
      _exit(static_cast<int>(core::ExitCode::failed));
    }
  }
  child = pid;
  struct sigaction forward {
  }, before[forwarded.size()];
  forward.sa_sigaction = pass_on;
  forward.sa_flags = SA_SIGINFO | SA_RESTART;
  for (std::size_t i = 0; i < forwarded.size(); ++i) sigaction(forwarded[i], &forward, &before[i]);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  for (std::size_t i = 0; i < forwarded.size(); ++i) sigaction(forwarded[i], &before[i], nullptr);
  child = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace descent
