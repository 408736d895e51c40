#include "report/charts/page.h"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/error.h"
#include "core/files.h"
#include "core/text.h"
#include "report/claims.h"
#include "report/run.h"

namespace descent::report {
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t max_asset_bytes = 20'000'000;

std::string page(const std::string& title, const std::string& body, const Assets& assets) {
  // The policy forbids any access to the network. Vega compiles its expressions, hence unsafe-eval.
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline' "
      "'unsafe-eval'; "
      "style-src 'unsafe-inline'; img-src data: blob:\">\n"
      "<meta name=\"generator\" content=\"Descent {} "
      "({})\">\n<title>{}</title>\n<style>\n{}{}</style>\n</head>\n<body>\n"
      "<a class=\"skip\" href=\"#main\">Skip to content</a>\n"
      "<button id=\"theme\" type=\"button\" aria-label=\"Switch between light and dark\">\u25D0</button>\n"
      "<main id=\"main\">\n{}</main>\n"
      "<script type=\"application/json\" id=\"page-theme\">{}</script>\n"
      "<script type=\"application/json\" "
      "id=\"file-theme\">{}</script>\n<script>{}</script>\n<script>\n{}</script>\n</body>\n</html>\n",
      version(), git_hash(), escaped(title), style_variables(), assets.style, body, page_theme().dump(),
      file_theme().dump(), assets.vega, assets.script);
}

constexpr int no_package = 3, no_program = 127;  // exit statuses of render_charts.py and of a shell

// The number of legend columns that fit the width of a chart in pixels.
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

Assets read_assets(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::exists(folder / "vega.js", error))
    throw core::InputError(
        "descent was built without the JavaScript for charts: run pip install vl-convert-python for the Python of the "
        "build (DESCENT_PYTHON in CMake) and build again; descent table works without it");
  return {core::read_file(folder / "report.css", max_asset_bytes),
          core::read_file(folder / "report.js", max_asset_bytes), core::read_file(folder / "vega.js", max_asset_bytes)};
}

std::vector<CoursePlace> read_course(const std::filesystem::path& readme) {
  std::error_code error;
  std::vector<CoursePlace> course;
  if (!std::filesystem::exists(readme, error)) return course;
  std::string topic;
  for (const std::string& line : core::split(core::read_file(readme, max_asset_bytes), '\n')) {
    const std::vector<std::string> cells = core::split(line, '|');  // "", topic, "[name.json](name.json)", ...
    if (cells.size() < 4) continue;
    const std::size_t open = cells[2].find('['), end = cells[2].find(".json]");
    if (open == std::string::npos || end == std::string::npos || end < open) continue;
    const std::size_t first = cells[1].find_first_not_of(' ');
    if (first != std::string::npos) topic = cells[1].substr(first, cells[1].find_last_not_of(' ') - first + 1);
    course.push_back({topic, cells[2].substr(open + 1, end - open - 1)});
  }
  return course;
}

std::string page_of(const Report& report, const Assets& assets) {
  return page(report.plan.name, section_of(report, 1), assets);
}

std::string gallery_of(const std::vector<Report>& reports, const std::vector<CoursePlace>& course,
                       const Assets& assets) {
  const auto place = [&](const Report& report) {
    return std::ranges::find(course, report.plan.name, &CoursePlace::name) - course.begin();
  };
  std::vector<const Report*> order;
  for (const Report& report : reports) order.push_back(&report);
  std::ranges::stable_sort(order, {}, [&](const Report* report) { return place(*report); });
  std::string contents, sections, topic;
  ClaimCounts total;
  for (const Report* each : order) {
    const Report& report = *each;
    const ClaimCounts counts = ClaimCounts().add(report.judged);
    total.add(report.judged);
    const auto at = static_cast<std::size_t>(place(report));
    const std::string here = at < course.size() ? course[at].topic : course.empty() ? "" : "More";
    if (here != topic || contents.empty()) {
      contents += fmt::format("{}{}<ul>\n", contents.empty() ? "" : "</ul>\n",
                              here.empty() ? "" : "<h2>" + escaped(here) + "</h2>\n");
      topic = here;
    }
    contents += fmt::format("<li><a href=\"#{}\">{}</a> <span class=\"{}\">{}</span></li>\n", escaped(report.plan.name),
                            escaped(title_of(report)),
                            counts.fails       ? "fails"
                            : counts.undecided ? "undecided"
                                               : "holds",
                            counts.all() ? escaped(counts_text(counts)) : "");
    sections += section_of(report, 2);
  }
  const std::string title = core::counted(reports.size(), "experiment");
  return page(title,
              fmt::format("<header class=\"gallery\">\n<h1>{}</h1>\n<p class=\"facts\">{}</p>\n</header>\n"
                          "<nav class=\"contents\" aria-label=\"Contents\">\n{}</ul>\n</nav>\n{}",
                          title, escaped(counts_text(total)), contents, sections),
              assets);
}

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
  const fs::path list = folder / (std::string(core::temporary_prefix) + "charts.json");
  core::write_file_atomically(list, specs.dump());
  int status = no_program;
  for (const std::string python : {DESCENT_PYTHON, "python3"}) {
    status = run({python, (share / "render_charts.py").string(), std::string(format), list.string()});
    if (status != no_package && status != no_program) break;
  }
  fs::remove(list, error);
  if (status == no_package || status == no_program)
    throw core::InputError(
        fmt::format("--format {} needs the Python package vl-convert-python: run pip install vl-convert-python for "
                    "python3; --format vl works without it",
                    format));
  if (status != 0)
    throw core::FaultError(fmt::format("render_charts.py failed with exit status {}, see above", status));
  return files;
}

}  // namespace descent::report
