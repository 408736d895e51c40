// The training program; `descent run` and `descent plan --time` replace themselves with it by exec.

#include <fmt/format.h>
#include <torch/version.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "config/write.h"
#include "core/error.h"
#include "core/process.h"
#include "descent-train/ranks.h"
#include "descent/options.h"
#include "engine/devices.h"
#include "plan/layers.h"
#include "plan/memory.h"
#include "plan/pack.h"
#include "report/notice.h"
#include "report/progress.h"
#include "report/run.h"
#include "report/table.h"
#include "store/lock.h"
#include "train/calibrate.h"
#include "train/session.h"

namespace descent {
namespace {

std::atomic<bool> stop_requested = false;
std::atomic<int> first_signal = 0;

// The first signal requests a stop with checkpoints, the second one ends the program immediately.
extern "C" void on_signal(int signal) {
  if (stop_requested.exchange(true)) _exit(128 + signal);
  first_signal = signal;
}

// Signals that are ignored at the start stay ignored, so that `nohup descent run` survives a logout.
void catch_signals() {
  struct sigaction before {};
  struct sigaction action {};
  action.sa_handler = on_signal;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2})
    if (sigaction(signal, nullptr, &before) == 0 && before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
}

std::vector<plan::Stack> stacks_of(const plan::Plan& plan, const std::vector<std::size_t>& runs) {
  return plan::pack(plan, runs, engine::device_count(plan.points.front().experiment.device));
}

std::size_t worker_count(const Options& options, const plan::Plan& plan) {
  if (options.jobs > 0) return static_cast<std::size_t>(options.jobs);
  const config::Experiment& first = plan.points.front().experiment;
  const auto on_gpu = std::ranges::find_if(
      plan.points, [](const plan::Point& point) { return point.experiment.device.kind != config::DeviceKind::cpu; });
  if (on_gpu != plan.points.end()) {
    // TF32 is a setting of the whole process, so that runs with different precisions cannot train at the same time.
    const bool same_precision = std::ranges::all_of(
        plan.points, [&](const plan::Point& point) { return point.experiment.precision == first.precision; });
    return same_precision ? engine::device_count(on_gpu->experiment.device) : 1;
  }
  const auto threads = static_cast<std::size_t>(first.train.threads);
  return std::clamp<std::size_t>(std::thread::hardware_concurrency() / threads, 1,
                                 plan::jobs_that_fit(plan, core::memory_limit()));
}

// Requeues the Slurm task of this process, which ends it, if the script of `descent slurm` asks for that and USR1 has
// announced the time limit. Slurm itself requeues tasks only after a node failure or preemption.
void requeue_task() {
  const char* task = std::getenv("DESCENT_REQUEUE");
  if (first_signal != SIGUSR1 || !task) return;
  std::fflush(nullptr);
  execlp("scontrol", "scontrol", "requeue", task, nullptr);
  report::report_error(fmt::format("descent: scontrol: {}", std::strerror(errno)));
}

void check_devices(const plan::Plan& plan, const std::string& file) {
  for (const plan::Point& point : plan.points)
    if (std::string missing = engine::missing_device(point.experiment.device); !missing.empty())
      throw core::InputError({{.file = file, .path = "device", .message = std::move(missing)}});
}

// The number of these runs that are finished, so that only their weights are missing.
std::size_t count_finished(const store::Results& results, const std::vector<std::size_t>& runs) {
  const std::vector<std::size_t> unfinished = results.missing();
  return static_cast<std::size_t>(
      std::ranges::count_if(runs, [&](std::size_t run) { return !std::ranges::binary_search(unfinished, run); }));
}

int run(const Options& options, int argc, char** argv) {
  report::ManifestFacts facts;
  facts.start = std::chrono::system_clock::now();
  const auto begun = std::chrono::steady_clock::now();
  facts.argv.assign(argv, argv + argc);
  facts.libtorch_version = TORCH_VERSION;
  const config::Document document = config::read_document(options.file, options.overrides);
  const plan::Plan plan = plan::make_plan(document);
  check_devices(plan, options.file);
  const std::optional<engine::Rendezvous> place = rank_of_environment(!options.shard.is_all());
  check_ranks(plan, options.file, place);
  if (place && place->rank > 0) return follow(plan, *place, stop_requested);
  const DataReport data = report_data(plan);
  warn_of_data(data, options.file, options.strict);
  facts.data = data.texts;
  facts.warnings = data.warnings;
  facts.jobs = worker_count(options, plan);
  plan::check_memory(plan, options.file, facts.jobs, core::memory_limit());
  const store::Results results(options.out, plan);
  const store::FolderLock lock(results, options.shard);
  const std::vector<std::size_t> missing = plan::select(plan, results.missing(options.save_weights), options.shard);
  const std::size_t total = plan::select(plan, plan.all_runs(), options.shard).size();
  config::check_owner(results.folder(), document);  // another process may have created the folder
  results.write_experiment(document);
  if (!options.json_progress) std::fputs(data_text(data).c_str(), stderr);
  double flops = 0;
  for (const std::size_t run : missing) flops += plan::run_flops(plan.experiment(run));

  train::SessionReport report;
  {
    using report::ProgressForm;
    const ProgressForm form = options.json_progress         ? ProgressForm::json
                              : report::is_terminal(stderr) ? ProgressForm::terminal
                                                            : ProgressForm::lines;
    report::Progress progress(plan, missing.size(), flops, {form, stderr, results.folder()});
    for (const std::string& warning : results.take_warnings()) progress.note(warning);
    if (missing.size() < total) progress.note(fmt::format("{} of {} runs are reused", total - missing.size(), total));
    if (const std::size_t again = count_finished(results, missing); again > 0)
      progress.note(fmt::format("{} finished {} trained again, with the same results, since {} weights were not saved",
                                again, again == 1 ? "run is" : "runs are", again == 1 ? "its" : "their"));
    const train::SessionObserver observer{
        [&](double done) { progress.add_cost(done); },
        [&](std::size_t run, store::RunState state) { progress.finish_run(run, state); },
        [&](const std::string& message) { progress.note("descent: " + message); },
        [&](const train::StackLoss& at) { progress.evaluated(at.first_run, at.count, at.step, at.loss); }};
    const train::SessionOptions session{facts.jobs,
                                        options.fail_fast,
                                        options.save_weights ? results.weights_folder() : "",
                                        options.checkpoint_seconds.value_or(document.base.checkpoint_seconds),
                                        {}};
    report = train_with_ranks(plan, stacks_of(plan, missing), results, session, observer, stop_requested, place, argv);
  }
  facts.elapsed = std::chrono::steady_clock::now() - begun;
  facts.runs_trained = report.trained;
  facts.training_seconds = results.seconds();
  results.write_manifest(report::manifest_json(plan, facts));
  const int status =
      report::finish(results, plan, {options.csv == "-", options.no_color, report.trained, options.shard});
  if (!report.interrupted) return report.failed > 0 ? static_cast<int>(core::ExitCode::failed) : status;
  report::warn(
      fmt::format("descent: interrupted; {} of {} runs are finished and kept. Run the same command again to resume.",
                  total - missing.size() + report.trained, total));
  requeue_task();
  return static_cast<int>(core::ExitCode::interrupted);
}

// Prints the training time after the output of `descent plan`; as JSON: the seconds of a run of each point.
int time_plan(const Options& options) {
  const plan::Plan plan = plan::make_plan(config::read_document(options.file, options.overrides));
  check_devices(plan, options.file);
  const std::vector<double> seconds = train::seconds_per_run(plan, 1.0);
  if (options.json) {  // for descent slurm
    fmt::print("{}\n", report::Json(seconds).dump());
    return 0;
  }
  std::vector<std::vector<std::string>> rows{report::short_factors(plan)};
  rows[0].push_back("seconds per run");
  double total = 0, longest = 0;
  const std::vector<plan::Stack> stacks = stacks_of(plan, plan.all_runs());
  for (const plan::Stack& stack : stacks) {
    double stack_seconds = 0;
    for (const std::size_t run : stack) stack_seconds += seconds[plan.runs[run].point];
    total += stack_seconds;
    longest = std::max(longest, stack_seconds);
  }
  for (std::size_t i = 0; i < plan.points.size(); ++i) {
    rows.push_back(plan.points[i].values);
    rows.back().push_back(fmt::format("{:.3g}", seconds[i]));
  }
  const std::size_t workers = std::min(worker_count(options, plan), stacks.size());
  fmt::print("\n{}estimated with a one-second benchmark: {} in total",
             report::format_table(rows, report::screen_of(stdout, true)), report::format_duration(total));
  if (workers > 1)
    fmt::print(", {} with {} at a time",
               report::format_duration(std::max(total / static_cast<double>(workers), longest)), workers);
  fmt::print("\n");
  return 0;
}

int main(int argc, char** argv) {
  CLI::App app("Trains the experiments of descent; use `descent run`.");
  Options options;
  CLI::App* command = app.add_subcommand("run", "train the missing runs of an experiment");
  add_experiment_options(*command, options);
  add_out_option(*command, options);
  add_run_options(*command, options);
  CLI::App* timing = app.add_subcommand("plan", "estimate the time of an experiment");
  add_experiment_options(*timing, options);
  add_plan_options(*timing, options);
  app.require_subcommand(1);
  if (const auto status = parse_command_line(app, argc, argv)) return *status;
  if (timing->parsed()) return time_plan(options);
  catch_signals();
  return run(options, argc, argv);
}

}  // namespace
}  // namespace descent

int main(int argc, char** argv) {
  return descent::report::guarded([&] { return descent::main(argc, argv); });
}
