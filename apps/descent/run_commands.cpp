// Commands that write results: run, prune, merge; functions that start descent-train.

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

// Signals of a terminal go to the whole process group, so that the child has received them already.
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
  const std::filesystem::path program = core::program_folder() / "descent-train";
  return access(program.c_str(), X_OK) == 0 ? program.string() : "descent-train";
}

std::vector<std::string> override_words(const config::Overrides& overrides) {
  std::vector<std::string> words;
  for (const std::string& set : overrides.set) words.insert(words.end(), {"--set", set});
  for (const std::string& sweep : overrides.sweep) words.insert(words.end(), {"--sweep", sweep});
  if (!overrides.seeds.empty()) words.insert(words.end(), {"--seeds", overrides.seeds});
  return words;
}

void exec_descent_train(const std::vector<std::string>& argv) {
  const std::string program = descent_train();
  std::vector<char*> arguments;
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  std::fflush(nullptr);
  execvp(program.c_str(), arguments.data());  // searches PATH for a name without a slash
  throw core::FaultError(errno == ENOENT
                             ? fmt::format("descent-train is neither in {} nor in PATH; build or install it",
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
      exec_descent_train(argv);
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

int run_experiment(Options& options) {
  check_rereadable(options.file);
  const Target target(options.file, options, Claims::warned);
  if (const std::string changes = report::changes_text(target.results, target.document, target.plan); !changes.empty())
    report::warn(changes);
  // Only descent-train can write a missing or outdated manifest, since it contains the version of LibTorch.
  if (options.json_progress || !report::has_manifest_of(target.results.folder(), target.plan))
    exec_descent_train(options.argv);
  const auto missing = plan::select(target.plan, target.results.missing(options.save_weights), options.shard);
  warn(target.results);
  if (!missing.empty()) exec_descent_train(options.argv);
  target.results.write_experiment(target.document);
  return report::finish(target.results, target.plan, {!options.csv.empty(), options.no_color, 0, options.shard});
}

int prune(Options& options) {
  const Target target = open_target(options.file, options);
  const std::vector<store::StalePart> stale = target.results.stale();
  warn(target.results);
  std::size_t runs = 0;
  for (const store::StalePart& part : stale) runs += part.runs.size();
  if (options.yes && runs > 0 && target.results.missing().size() == target.plan.runs.size())
    throw core::InputError(
        fmt::format("{}: no run of the current experiment is finished, and --yes would delete all {} finished runs of "
                    "earlier versions; train first, or remove the folder",
                    target.results.folder().string(), runs));
  std::optional<store::FolderLock> lock;  // a process may be training an earlier version of the experiment
  if (options.yes && !stale.empty()) lock.emplace(target.results);
  for (const store::StalePart& part : stale) {
    fmt::print("{}\n", part.runs.empty() ? part.folder.string() + ": written by another version of descent"
                                         : core::printable(runs_text(part.runs)));
    if (options.yes) store::remove_part(part.folder);
  }
  fmt::print("{} in {}{}\n", core::counted(runs, "stale run"), core::counted(stale.size(), "part"),
             stale.empty() ? ""
             : options.yes ? ", deleted"
                           : "; --yes deletes them");
  return 0;
}

int merge(Options& options) {
  const Target target = open_target(options.file, options);
  for (const std::string& folder : options.words) {
    if (!store::is_results_folder(folder)) throw core::InputError(fmt::format("{}: not a results folder", folder));
    const store::Results other = store::Results::at(folder, target.plan);
    fmt::print(stderr, "{}: {} new\n", folder, target.results.copy_from(other));
    warn(other);
  }
  return report::finish(target.results, target.plan, {false, options.no_color});
}

}  // namespace descent
