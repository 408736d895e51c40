#include "descent-train/ranks.h"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <set>
#include <thread>

#include "core/error.h"
#include "core/text.h"
#include "report/notice.h"

extern char** environ;

namespace descent {
namespace {

using std::chrono::steady_clock;

// Set for the ranks that this program starts; the plan may also have runs with other world sizes.
constexpr const char* started_here = "DESCENT_LOCAL_RANK";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// The value of an environment variable that the launcher sets.
int number(const char* name) {
  const std::optional<double> value = core::parse_number(variable(name));
  if (!value || *value < 0 || *value > 65535 || *value != static_cast<int>(*value))
    throw core::InputError(
        fmt::format("the environment variable {} is {}: must be an integer", name, core::quoted(variable(name))));
  return static_cast<int>(*value);
}

// "node[03-07,9],other" -> "node03"
std::string first_host(const std::string& list) {
  const std::size_t bracket = list.find('['), comma = list.find(',');
  if (bracket == std::string::npos || comma < bracket) return list.substr(0, comma);
  const std::size_t end = list.find_first_of("-,]", bracket);
  return list.substr(0, bracket) + list.substr(bracket + 1, end - bracket - 1);
}

// The processes of ranks 1, 2, ... on this host.
class LocalRanks {
 public:
  explicit LocalRanks(int size) : size_(size) {}
  // Waits up to 10 seconds for the processes to end, then kills the rest.
  ~LocalRanks() {
    const auto end = steady_clock::now() + std::chrono::seconds(10);
    for (bool killed = false; failure(), !running_.empty();
         std::this_thread::sleep_for(std::chrono::milliseconds(10))) {
      if (killed || steady_clock::now() < end) continue;
      for (const Process& process : running_) kill(process.pid, SIGKILL);
      killed = true;
    }
  }
  LocalRanks(const LocalRanks&) = delete;
  LocalRanks& operator=(const LocalRanks&) = delete;

  void start(int port, char** argv) {
    const std::string program = std::filesystem::read_symlink("/proc/self/exe");
    for (int rank = 1; rank < size_; ++rank) {
      std::vector<std::string> own{fmt::format("RANK={}", rank),
                                   fmt::format("LOCAL_RANK={}", rank),
                                   fmt::format("{}={}", started_here, rank),
                                   fmt::format("WORLD_SIZE={}", size_),
                                   "MASTER_ADDR=127.0.0.1",
                                   fmt::format("MASTER_PORT={}", port)};
      std::vector<char*> all;
      for (std::string& text : own) all.push_back(text.data());
      for (char** text = environ; *text; ++text) all.push_back(*text);
      all.push_back(nullptr);
      pid_t pid = 0;
      if (const int error = posix_spawn(&pid, program.c_str(), nullptr, nullptr, argv, all.data()); error != 0)
        throw core::FaultError(fmt::format("rank {} cannot be started: {}", rank, std::strerror(error)));
      running_.push_back({rank, pid});
    }
  }

  // How a process that has ended failed, preferably one ended by a signal; empty if none failed. If training was
  // `interrupted`, that exit status is no failure, and this waits up to a second for a process that was killed, since
  // its connection is lost before its status can be read.
  std::string failure(bool interrupted = false) {
    const auto end = steady_clock::now() + std::chrono::seconds(interrupted ? 1 : 0);
    const auto is_failure = [&](int code) {
      return code != 0 && !(interrupted && code == static_cast<int>(core::ExitCode::interrupted));
    };
    std::string killed, failed;
    while (true) {
      std::erase_if(running_, [&](const Process& process) {
        int status = 0;
        if (waitpid(process.pid, &status, WNOHANG) != process.pid) return false;
        if (WIFSIGNALED(status))
          killed = fmt::format("rank {} was ended by signal {} ({})", process.rank, WTERMSIG(status),
                               strsignal(WTERMSIG(status)));
        else if (is_failure(WEXITSTATUS(status)) && failed.empty())
          failed = fmt::format("rank {} ended with exit status {}", process.rank, WEXITSTATUS(status));
        return true;
      });
      if (!killed.empty()) return killed;
      if (running_.empty() || steady_clock::now() >= end) return failed;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

 private:
  struct Process {
    int rank;
    pid_t pid;
  };
  const int size_;
  std::vector<Process> running_;
};

std::vector<std::int64_t> world_sizes(const plan::Plan& plan) {
  std::set<std::int64_t> sizes;
  for (const plan::Point& point : plan.points) sizes.insert(point.experiment.train.world_size);
  return {sizes.begin(), sizes.end()};
}

}  // namespace

std::optional<engine::Rendezvous> rank_of_environment(bool is_shard) {
  const std::string address = variable("MASTER_ADDR");
  if (!variable("RANK").empty() && !variable("WORLD_SIZE").empty()) {
    engine::Rendezvous place{number("RANK"), number("WORLD_SIZE"), 0, address, number("MASTER_PORT")};
    if (!variable("LOCAL_RANK").empty()) place.local_rank = number("LOCAL_RANK");
    if (variable("TORCHELASTIC_USE_AGENT_STORE") == "True")
      place.launcher_store =
          fmt::format(".{}.{}", variable("TORCHELASTIC_RUN_ID"), variable("TORCHELASTIC_RESTART_COUNT"));
    return place.size > 1 ? std::optional(place) : std::nullopt;
  }
  if (is_shard || variable("SLURM_STEP_NUM_TASKS").empty() || number("SLURM_STEP_NUM_TASKS") == 1) return std::nullopt;
  const int port = variable("MASTER_PORT").empty()
                       ? 20'000 + static_cast<int>(std::strtoul(variable("SLURM_JOB_ID").c_str(), nullptr, 10) % 20'000)
                       : number("MASTER_PORT");
  return engine::Rendezvous{number("SLURM_PROCID"), number("SLURM_STEP_NUM_TASKS"), number("SLURM_LOCALID"),
                            address.empty() ? first_host(variable("SLURM_STEP_NODELIST")) : address, port};
}

void check_ranks(const plan::Plan& plan, const std::string& file, const std::optional<engine::Rendezvous>& place) {
  const auto refuse = [&](std::string message) {
    throw core::InputError({{.file = file, .path = "train.world_size", .message = std::move(message)}});
  };
  const std::vector<std::int64_t> sizes = world_sizes(plan);
  if (std::string missing = engine::missing_ranks(); sizes.back() > 1 && !missing.empty()) refuse(std::move(missing));
  if (!place || std::getenv(started_here)) return;
  if (!std::ranges::binary_search(sizes, place->size))
    refuse(fmt::format("{0} ranks were started, but no run has the world size {0}; add --ranks {0}", place->size));
  for (const std::int64_t size : sizes)
    if (size != 1 && size != place->size)
      refuse(fmt::format("{0} ranks were started, but runs with the world size {1} need {1}", place->size, size));
}

train::SessionReport train_with_ranks(const plan::Plan& plan, const std::vector<plan::Stack>& stacks,
                                      const store::Results& results, const train::SessionOptions& options,
                                      const train::SessionObserver& observer, std::atomic<bool>& stop,
                                      const std::optional<engine::Rendezvous>& place, char** argv) {
  train::SessionReport all;
  bool halted = false;  // stopped by a failure, not by a signal
  for (const std::int64_t size : world_sizes(plan)) {
    std::vector<plan::Stack> own;
    std::ranges::copy_if(stacks, std::back_inserter(own), [&](const plan::Stack& stack) {
      return plan.experiment(stack.front()).train.world_size == size;
    });
    const bool started = place && size == place->size;  // these ranks wait even if there is nothing to train
    if (own.empty() && !started) continue;
    if (stop) break;
    LocalRanks others(static_cast<int>(size));
    train::SessionOptions session = options;  // destroyed before `others`, so that ranks that wait for this one end
    try {
      if (size > 1) {
        session.ranks = engine::join_ranks(
            started ? *place : engine::Rendezvous{0, static_cast<int>(size)},
            [&](int port) {
              if (!started) others.start(port, argv);
            },
            [&] {
              if (std::string failure = others.failure(); !failure.empty()) throw engine::RankLost(failure);
              if (stop) throw engine::RankLost("stopped before all ranks had joined");
            });
      }
      const train::SessionReport report = train::run_session(plan, std::move(own), results, session, observer, stop);
      all.trained += report.trained;
      all.diverged += report.diverged;
      all.failed += report.failed;
      halted = stop && !report.interrupted;
      if (std::string failure = others.failure(report.interrupted); !failure.empty()) observer.failure(failure);
    } catch (const engine::RankLost& error) {
      observer.failure(error.what());
      stop = true;
    }
  }
  all.interrupted = stop && !halted;
  return all;
}

int follow(const plan::Plan& plan, const engine::Rendezvous& place, const std::atomic<bool>& stop) {
  try {
    if (train::follow_session(plan, engine::join_ranks(place), stop)) return static_cast<int>(core::ExitCode::ok);
  } catch (const engine::RankLost& error) {
    report::report_error(fmt::format("descent: rank {}: {}", place.rank, error.what()));
  }
  return static_cast<int>(core::ExitCode::interrupted);
}

}  // namespace descent
