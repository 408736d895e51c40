#include "report/run.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <thread>

#include "config/experiment.h"
#include "config/keys.h"
#include "config/slots.h"
#include "config/write.h"
#include "core/error.h"
#include "core/files.h"
#include "core/text.h"
#include "git_hash.h"  // written by git_hash.cmake
#include "report/notice.h"
#include "report/points.h"
#include "stats/ensembles.h"
#include "stats/tables.h"
#include "store/lock.h"

namespace descent::report {
namespace {

// Variables that select kernels, threads or devices of the libraries.
constexpr std::array environment_names{"ATEN_CPU_CAPABILITY",
                                       "CUDA_VISIBLE_DEVICES",
                                       "DNNL_MAX_CPU_ISA",
                                       "LD_PRELOAD",
                                       "MALLOC_CONF",
                                       "MKL_CBWR",
                                       "MKL_ENABLE_INSTRUCTIONS",
                                       "MKL_NUM_THREADS",
                                       "OMP_NUM_THREADS",
                                       "OMP_PROC_BIND",
                                       "ONEDNN_MAX_CPU_ISA"};

std::string utc(std::chrono::system_clock::time_point moment) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(moment)));
}

std::string cpu_model() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

Json environment() {
  auto found = Json::object();
  for (const char* name : environment_names)
    if (const char* value = std::getenv(name)) found[name] = value;
  return found;
}

// The distinct engines of all points: "fused on cpu".
std::set<std::string> engines(const plan::Plan& plan) {
  std::set<std::string> found;
  for (const plan::Point& point : plan.points) found.insert(config::engine_and_device(point.experiment));
  return found;
}

// The values, by path, of the keys that change numbers and are not swept.
std::map<std::string, std::string> fixed_values(const config::Document& document) {
  config::Experiment experiment = document.base;
  std::map<std::string, std::string> values;
  config::for_each_key(config::describe(experiment), [&](const std::string& path, const config::Key& key) {
    const auto is_swept = [&](const std::string& factor) { return config::lies_in(path, factor); };
    if (key.changes_numbers && !std::holds_alternative<config::Section>(key.slot) &&
        std::ranges::none_of(document.factors, is_swept))
      values[path] = config::value_text(key);
  });
  return values;
}

// The keys that differ: "train.epochs: 20 -> 30".
std::vector<std::string> changed_keys(const config::Document& before, const config::Document& now) {
  std::vector<std::string> changes;
  const auto old_values = fixed_values(before);
  for (const auto& [path, value] : fixed_values(now))
    if (const auto old = old_values.find(path); old != old_values.end() && old->second != value)
      changes.push_back(fmt::format("{}: {} -> {}", path, old->second, value));
  return changes;
}

constexpr std::size_t max_table_rows = 40;

// "12 reused, 4 new; 8 stale runs in 2 parts: descent prune lists them"
std::string reuse_text(const store::Results& results, std::size_t finished, std::size_t trained) {
  std::size_t stale_runs = 0;
  const std::vector<store::StalePart> stale = results.stale();
  for (const store::StalePart& part : stale) stale_runs += part.runs.size();
  std::string text = fmt::format("{} reused, {} new", finished - std::min(finished, trained), trained);
  if (!stale.empty())
    text += fmt::format("; {} in {}: descent prune lists them", core::counted(stale_runs, "stale run"),
                        core::counted(stale.size(), "part"));
  return text + "\n";
}

// The tables that were written: "curves,summary,points".
std::string tables_in(const store::Results& results) {
  std::string names;
  std::error_code error;
  for (const std::string_view file :
       {store::file_name(store::Table::curves), store::file_name(store::Table::summary), stats::points_file,
        store::file_name(store::Table::probes), stats::ensembles_file, stats::bias_variance_file})
    if (std::filesystem::exists(results.folder() / file, error))
      names.append(names.empty() ? "" : ",").append(file.substr(0, file.find('.')));
  return names;
}

}  // namespace

std::string_view version() { return DESCENT_VERSION; }

std::string_view git_hash() { return DESCENT_GIT_HASH; }

Json read_manifest(const std::filesystem::path& folder) try {
  constexpr std::uint64_t max_bytes = 16 << 20;
  return Json::parse(core::read_regular_file(folder / "manifest.json", max_bytes), nullptr, false);
} catch (const std::runtime_error&) {
  return {};
}

bool has_manifest_of(const std::filesystem::path& folder, const plan::Plan& plan) {
  const Json manifest = read_manifest(folder);
  return manifest.is_object() && manifest.value("plan_hash", Json()) == plan.hash;
}

std::string manifest_json(const plan::Plan& plan, const ManifestFacts& facts) {
  utsname system{};
  uname(&system);
  const Json manifest{
      {"experiment", plan.name},
      {"plan_hash", plan.hash},
      {"points", plan.points.size()},
      {"runs", plan.runs.size()},
      {"runs_trained", facts.runs_trained},
      {"argv", facts.argv},
      {"start", utc(facts.start)},
      {"end", utc(facts.start + std::chrono::floor<std::chrono::seconds>(facts.elapsed))},
      {"seconds", facts.elapsed.count()},
      {"training_seconds", facts.training_seconds},
      {"data", facts.data},
      {"warnings", facts.warnings},
      {"jobs", facts.jobs},
      {"engines", engines(plan)},
      {"descent", {{"version", version()}, {"git", git_hash()}, {"numerics", plan::numerics}}},
      {"libtorch", facts.libtorch_version},
      {"compiler", __VERSION__},
      {"cpu", {{"model", cpu_model()}, {"cores", std::thread::hardware_concurrency()}}},
      {"host", system.nodename},
      {"system", std::string(system.sysname) + " " + system.release + " " + system.machine},
      {"environment", environment()},
  };
  return manifest.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string changes_text(const store::Results& results, const config::Document& now, const plan::Plan& plan) {
  std::error_code error;
  const std::filesystem::path file = results.folder() / config::resolved_file;
  if (!std::filesystem::is_regular_file(file, error)) return "";
  try {
    const config::Document before = config::read_document(file.string());
    const std::vector<std::string> changes = changed_keys(before, now);
    if (changes.empty()) return "";
    const plan::Plan old_plan = plan::make_plan(before);
    std::set<std::string> kept;
    for (const plan::Run& run : plan.runs) kept.insert(run.hash);
    const std::vector<std::size_t> missing = store::Results::at(results.folder(), old_plan).missing();
    std::size_t lost = 0;
    for (std::size_t i = 0; i < old_plan.runs.size(); ++i)
      lost += !std::ranges::binary_search(missing, i) && !kept.contains(old_plan.runs[i].hash);
    if (lost == 0) return "";
    return core::printable(fmt::format("{} change{} {}; their results stay until descent prune deletes them",
                                       core::join(changes, ", "), changes.size() == 1 ? "s" : "",
                                       core::counted(lost, "finished run")));
  } catch (const core::InputError&) {  // written by another version, or its data no longer exist
    return "";
  }
}

int finish(const store::Results& results, const plan::Plan& plan, const FinishOptions& options) {
  {
    const store::MergeLock lock(results);
    results.merge();
    stats::write_points(results, plan);
    stats::write_ensembles(results, plan);
    stats::write_bias_variance(results, plan);
  }
  const std::vector<std::size_t> missing = results.missing();
  const std::size_t finished = plan.runs.size() - missing.size();
  std::FILE* out = options.csv_to_stdout ? stderr : stdout;
  if (options.csv_to_stdout) std::cout << std::ifstream(results.folder() / "curves.csv", std::ios::binary).rdbuf();
  for (const std::string& warning : results.take_warnings()) warn(warning);
  const PointsOptions table{screen_of(out, options.no_color), max_table_rows};
  std::fputs(points_table(results, plan, table).c_str(), out);
  const std::string files = fmt::format("\n{} of {} runs, mean ± 95 % interval; {{{}}}.csv in {}\n", finished,
                                        plan.runs.size(), tables_in(results), results.folder().string());
  std::fputs(files.c_str(), out);
  if (options.trained) std::fputs(reuse_text(results, finished, *options.trained).c_str(), out);
  const bool complete = plan::select(plan, missing, options.shard).empty();
  return static_cast<int>(complete ? core::ExitCode::ok : core::ExitCode::failed);
}

}  // namespace descent::report
