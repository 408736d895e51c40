#include "report/charts/files.h"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/error.h"
#include "core/files.h"

namespace descent::report {
namespace fs = std::filesystem;

namespace {

constexpr int no_package = 3, no_program = 127;  // exit statuses of render_charts.py and of a shell

// As many as fit the width of a chart, in pixels.
std::size_t legend_columns(const Json& spec) {
  constexpr std::size_t width = 640, symbol = 50, character = 7;
  std::size_t longest = 1;
  const Json layers = (spec.contains("spec") ? spec["spec"] : spec).value("layer", Json::array());
  for (const Json& layer : layers)
    for (const char* channel : {"color", "strokeDash", "shape"})
      for (const Json& label :
           layer.value("encoding", Json::object()).value(channel, Json::object()).value("sort", Json::array()))
        longest = std::max(longest, label.get_ref<const std::string&>().size());
  return std::max<std::size_t>(1, width / (symbol + character * longest));
}

Json with_theme(const Chart& chart) {
  Json spec = chart.spec;
  spec["title"] = chart.title;
  spec["config"] = file_theme();
  spec["config"]["title"] = {{"anchor", "start"}};
  spec["config"]["legend"]["columns"] = legend_columns(spec);
  return spec;
}

int run(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t pid = 0;
  if (posix_spawnp(&pid, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0) return no_program;
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

std::vector<fs::path> write_charts(const std::vector<Chart>& charts, std::string_view format, const fs::path& folder,
                                   const fs::path& share) {
  std::error_code error;
  fs::create_directories(folder, error);
  const std::string ending = format == "vl" ? "vl.json" : std::string(format);
  std::vector<fs::path> files;
  Json specs = Json::object();
  for (const Chart& chart : charts) {
    files.push_back(folder / (chart.name + "." + ending));
    if (format == "vl") core::write_file_atomically(files.back(), with_theme(chart).dump(1) + "\n");
    else specs[files.back().string()] = with_theme(chart);
  }
  if (format == "vl") return files;
  const fs::path list = folder / (std::string(core::aside_prefix) + "charts.json");
  core::write_file_atomically(list, specs.dump());
  int status = no_program;
  for (const std::string python : {DESCENT_PYTHON, "python3"}) {
    status = run({python, (share / "render_charts.py").string(), std::string(format), list.string()});
    if (status != no_package && status != no_program) break;
  }
  fs::remove(list, error);
  if (status == no_package || status == no_program)
    throw core::InputError(
        fmt::format("--format {} needs a Python with the package vl-convert-python: pip install "
                    "vl-convert-python for python3; --format vl needs none",
                    format));
  if (status != 0)
    throw core::FaultError(fmt::format("render_charts.py failed with exit status {}, see above", status));
  return files;
}

}  // namespace descent::report
