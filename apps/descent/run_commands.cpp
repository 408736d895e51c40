// Commands that write results: run, prune, merge; starting descent-train.

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "core/error.h"
#include "core/files.h"
#include "core/text.h"
#include "descent/commands.h"
#include "report/notice.h"
#include "report/run.h"
#include "store/lock.h"
#include "store/parts.h"

namespace descent {
namespace {

constexpr std::array forwarded{SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};
volatile std::sig_atomic_t child = 0;

// What a terminal sends reaches the whole process group, so the child has it already.
void pass_on(int signal, siginfo_t* info, void*) {
  if (info->si_code == SI_USER && child > 0) kill(static_cast<pid_t>(child), signal);
}

// "3 runs with train.epochs=1: model.width=4 seed 0, 1; model.width=8 seed 0"
std::string runs_text(const std::vector<std::string>& runs) {
  const auto settings_of = [](const std::string& run) { return run.substr(std::min(run.size(), run.find(", with "))); };
  const std::string settings = settings_of(runs[0]);
  std::string text = core::counted(runs.size(), "run") + (settings.empty() ? "" : settings.substr(1)), before;
  for (std::string run : runs) {
    if (settings_of(run) == settings) run.resize(run.size() - settings.size());
    const std::size_t seed = run.rfind("seed ");
    const std::string point = run.substr(0, seed == run.npos ? seed : seed + 5);
    text += before.empty() ? ": " + run : point == before ? ", " + run.substr(point.size()) : "; " + run;
    before = point;
  }
  return text;
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
      report::report_error(fmt::format("descent: {}", error.what()));
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

int run_experiment(RunOptions& line) {
  check_readable_again(line.file);
  const Target target(line.file, line, Claims::warned);
  if (const std::string changes = report::changes_text(target.results, target.document, target.plan); !changes.empty())
    report::warn(changes);
  // A manifest of another plan, or none, is written again by the program that knows LibTorch.
  if (line.json_progress || !report::has_manifest_of(target.results.folder(), target.plan))
    become_descent_train(line.argv);
  const auto missing = plan::select(target.plan, target.results.missing(line.save_weights), line.shard);
  warn(target.results);
  if (!missing.empty()) become_descent_train(line.argv);
  target.results.write_experiment(target.document);
  return report::finish(target.results, target.plan, {!line.csv.empty(), line.no_color, 0, line.shard});
}

int prune(RunOptions& line) {
  const Target target = open(line.file, line);
  const std::vector<store::StalePart> stale = target.results.stale();
  warn(target.results);
  std::size_t runs = 0;
  for (const store::StalePart& part : stale) runs += part.runs.size();
  if (line.yes && runs > 0 && target.results.missing().size() == target.plan.runs.size())
    throw core::InputError(
        fmt::format("{}: no run of the experiment as it is now is finished, and --yes would delete all {} that are; "
                    "train first, or remove the folder",
                    target.results.folder().string(), runs));
  std::optional<store::FolderLock> lock;  // not during a training, perhaps of an earlier version of the file
  if (line.yes && !stale.empty()) lock.emplace(target.results);
  for (const store::StalePart& part : stale) {  // named before it is deleted
    fmt::print("{}\n", part.runs.empty() ? part.folder.string() + ": of another version of descent"
                                         : core::printable(runs_text(part.runs)));
    if (line.yes) store::remove_part(part.folder);
  }
  fmt::print("{} in {}{}\n", core::counted(runs, "stale run"), core::counted(stale.size(), "part"),
             stale.empty() ? ""
             : line.yes    ? ", deleted"
                           : "; --yes deletes them");
  return 0;
}

int merge(RunOptions& line) {
  const Target target = open(line.file, line);
  for (const std::string& folder : line.words) {
    if (!store::is_results_folder(folder)) throw core::InputError(fmt::format("{}: not a results folder", folder));
    const store::Results other = store::Results::at(folder, target.plan);
    fmt::print(stderr, "{}: {} new\n", folder, target.results.take_from(other));
    warn(other);
  }
  return report::finish(target.results, target.plan, {false, line.no_color});
}

}  // namespace descent
