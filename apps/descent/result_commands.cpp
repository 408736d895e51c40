// Commands that read or write results: run, table, merge.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <thread>

#include "core/error.h"
#include "core/text.h"
#include "descent/commands.h"
#include "descent/target.h"
#include "formats/csv.h"
#include "plan/plan.h"
#include "report/finish.h"
#include "report/manifest.h"
#include "report/notice.h"
#include "report/points.h"
#include "report/progress.h"
#include "report/status.h"
#include "report/table.h"
#include "store/lock.h"
#include "store/parts.h"
#include "store/results.h"

namespace descent {
namespace fs = std::filesystem;

int run_experiment(CommandLine& line) {
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

namespace {

std::string csv_text(const store::Results& results, const plan::Plan& plan, const report::PointsOptions& options) {
  std::string text;
  for (const auto& row : report::points_values(results, plan, options))
    for (std::size_t i = 0; i < row.size(); ++i)
      text += (i ? "," : "") + formats::csv_field(row[i]) + (i + 1 < row.size() ? "" : "\n");
  return text;
}

}  // namespace

int show_table(CommandLine& line) {
  const SelectedTarget words = split_selection(line.file);
  const Target target = open(words.target, line);
  const report::PointsOptions wanted{.screen = report::screen_of(stdout, line.no_color),
                                     .points = selected_points(words.selection, target.plan, line),
                                     .columns = line.columns,
                                     .sort = line.sort,
                                     .descending = line.descending};
  const std::string format = line.json ? "json" : line.table_format;
  constexpr std::pair<std::string_view, decltype(&report::points_table)> formats[] = {
      {"text", report::points_table},
      {"csv", csv_text},
      {"json", report::points_json},
      {"markdown", report::points_markdown}};
  const auto write = std::ranges::find(formats, format, [](const auto& entry) { return entry.first; });
  fmt::print("{}",
             line.plot ? chart_of(target, wanted.points, line) : write->second(target.results, target.plan, wanted));
  warn(target.results);
  return 0;
}

namespace {

// What the processes of this folder train now; one below the other as long as there is room.
std::string live_charts(const fs::path& folder, const report::Status& status) {
  const report::TerminalSize size = report::terminal_size(stdout);
  std::string text;
  for (const report::LiveCurve& curve : report::read_live(folder, status.processes))
    for (const std::string& line : report::live_chart(curve, size.columns, size.rows, report::shows_unicode()))
      text += line + "\n";
  return text;
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

int show_status(CommandLine& line) {
  const Target target = open(line.file, line);
  const bool terminal = report::is_terminal(stdout);
  for (;;) {
    const report::Status status = report::read_status(target.results, target.plan);
    const auto array = report::read_array_status(target.results, target.plan, status);
    std::string text;
    if (line.json) {
      report::Json json = report::status_json(status, target.plan);
      if (array) json["slurm"] = report::array_json(*array);
      text = json.dump(2, ' ', false, report::Json::error_handler_t::replace) + "\n";
    } else {
      const report::Screen screen = report::screen_of(stdout, line.no_color);
      text = report::status_text(status, target.plan, screen) + (array ? report::array_text(*array, screen) : "");
      if (line.watch && terminal) text += live_charts(target.results.folder(), status);
    }
    warn(target.results);
    if (line.watch && terminal) fmt::print("\x1b[H\x1b[J");
    fmt::print("{}", text);
    if (std::fflush(stdout) != 0 || !line.watch || status.complete()) return 0;
    std::this_thread::sleep_for(std::chrono::seconds(2));
  }
}

int prune(CommandLine& line) {
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

int merge(CommandLine& line) {
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
