#include "report/manifest.h"

#include <fmt/chrono.h>
#include <sys/utsname.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "config/experiment.h"
#include "core/files.h"
#include "git_hash.h"  // written by git_hash.cmake

namespace descent::report {
namespace {

// Variables that choose kernels, threads or devices below us.
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

nlohmann::ordered_json environment() {
  auto found = nlohmann::ordered_json::object();
  for (const char* name : environment_names)
    if (const char* value = std::getenv(name)) found[name] = value;
  return found;
}

// "fused on cpu": of all points, each once.
std::set<std::string> engines(const plan::Plan& plan) {
  std::set<std::string> found;
  for (const plan::Point& point : plan.points) found.insert(config::engine_and_device(point.experiment));
  return found;
}

}  // namespace

std::string_view version() { return DESCENT_VERSION; }

std::string_view git_hash() { return DESCENT_GIT_HASH; }

std::string read_manifest(const std::filesystem::path& folder) try {
  constexpr std::uint64_t most_bytes = 16 << 20;
  return core::read_regular_file(folder / "manifest.json", most_bytes);
} catch (const std::runtime_error&) {
  return "";
}

bool has_manifest_of(const std::filesystem::path& folder, const plan::Plan& plan) {
  const auto manifest = nlohmann::json::parse(read_manifest(folder), nullptr, false);
  return manifest.is_object() && manifest.value("plan_hash", nlohmann::json()) == plan.hash;
}

std::string manifest_json(const plan::Plan& plan, const ManifestFacts& facts) {
  utsname system{};
  uname(&system);
  const nlohmann::ordered_json manifest{
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
  return manifest.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace descent::report
