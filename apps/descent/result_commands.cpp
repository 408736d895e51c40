// Commands that show, verify and plot results: status, table, verify, compare, best, report, plot.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include "claims/claims.h"
#include "core/error.h"
#include "core/files.h"
#include "descent/commands.h"
#include "formats/csv.h"
#include "report/charts/page.h"
#include "report/claims.h"
#include "report/points.h"
#include "report/progress.h"
#include "report/status.h"

namespace descent {
namespace fs = std::filesystem;

namespace {

// The command line of descent-train for the missing runs of an experiment.
std::vector<std::string> training_command(const std::string& file, const Options& options) {
  std::vector<std::string> words = override_words(options.overrides);
  words.insert(words.begin(), {"descent", "run", file, "--out", options.out});
  if (options.jobs > 0) words.insert(words.end(), {"--jobs", std::to_string(options.jobs)});
  if (options.no_color) words.push_back("--no-color");
  return words;
}

void check_files(const Options& options) {
  std::error_code error;
  for (const std::string& target : options.words) {
    if (options.run && fs::is_directory(target, error))
      throw core::InputError(fmt::format("{}: --run needs an experiment file; this is a folder", target));
    check_rereadable(target);
    open_target(target, options, Claims::checked);  // reports all mistakes before the first training
  }
}

// If no file `word` exists, it may be a selection of the target of the other side.
SelectedTarget split_side(const std::string& word, const std::string& other_target) {
  SelectedTarget side = split_selection(word);
  const bool is_selection = side.selection.empty() && !other_target.empty() && word.find('=') != word.npos;
  std::error_code error;
  if (is_selection && !fs::exists(word, error)) return {other_target, word};
  return side;  // opening it reports a missing file
}

// DIR/<experiment name> with --out DIR, otherwise the results folder.
fs::path folder_of(const Target& target, const Options& options) {
  return options.out == Options().out ? target.results.folder() : fs::path(options.out) / target.plan.name;
}

void write_page(const fs::path& file, const std::string& html) {
  core::make_folder(file.parent_path());
  core::write_file_atomically(file, html);
  fmt::print("{}\n", file.string());
}

std::string csv_text(const store::Results& results, const plan::Plan& plan, const report::PointsOptions& options) {
  std::string text;
  for (const auto& row : report::points_values(results, plan, options))
    for (std::size_t i = 0; i < row.size(); ++i)
      text += (i ? "," : "") + formats::csv_field(row[i]) + (i + 1 < row.size() ? "" : "\n");
  return text;
}

// Charts of the runs in training, as many as fit on the screen.
std::string live_charts(const fs::path& folder, const report::Status& status) {
  const report::TerminalSize size = report::terminal_size(stdout);
  std::string text;
  for (const report::LiveCurve& curve : report::read_live(folder, status.processes))
    for (const std::string& line : report::live_chart(curve, size.columns, size.rows, report::shows_unicode()))
      text += line + "\n";
  return text;
}

// The chart that --metric and --over select.
std::string chart_of(const Target& target, const std::vector<std::size_t>& points, const Options& options) {
  report::CanvasOptions canvas{.width = report::terminal_size(stdout).columns};
  canvas.braille = !options.ascii && report::shows_unicode();
  canvas.color = report::screen_of(stdout, options.no_color).color;
  return report::terminal_chart(report::Source(target.plan, target.results), {points, options.plotted, options.over},
                                canvas);
}

}  // namespace

int show_status(Options& options) {
  const Target target = open_target(options.file, options);
  const bool terminal = report::is_terminal(stdout);
  for (;;) {
    const report::Status status = report::read_status(target.results, target.plan);
    const auto array = report::read_array_status(target.results, target.plan, status);
    std::string text;
    if (options.json) {
      report::Json json = report::status_json(status, target.plan);
      if (array) json["slurm"] = report::array_json(*array);
      text = json.dump(2, ' ', false, report::Json::error_handler_t::replace) + "\n";
    } else {
      const report::Screen screen = report::screen_of(stdout, options.no_color);
      text = report::status_text(status, target.plan, screen) + (array ? report::array_text(*array, screen) : "");
      if (options.watch && terminal) text += live_charts(target.results.folder(), status);
    }
    warn(target.results);
    if (options.watch && terminal) fmt::print("\x1b[H\x1b[J");
    fmt::print("{}", text);
    if (std::fflush(stdout) != 0 || !options.watch || status.complete()) return 0;
    std::this_thread::sleep_for(std::chrono::seconds(2));
  }
}

int show_table(Options& options) {
  const Target target = open_target(split_selection(options.file).target, options);
  const report::PointsOptions wanted{.screen = report::screen_of(stdout, options.no_color),
                                     .points = selected_points(target, options),
                                     .columns = options.columns,
                                     .sort = options.sort,
                                     .descending = options.descending};
  const std::string format = options.json ? "json" : options.table_format;
  constexpr std::pair<std::string_view, decltype(&report::points_table)> formats[] = {
      {"text", report::points_table},
      {"csv", csv_text},
      {"json", report::points_json},
      {"markdown", report::points_markdown}};
  const auto write = std::ranges::find(formats, format, [](const auto& entry) { return entry.first; });
  fmt::print("{}", options.plot ? chart_of(target, wanted.points, options)
                                : write->second(target.results, target.plan, wanted));
  warn(target.results);
  return 0;
}

int compare(Options& options) {
  const SelectedTarget a = split_side(options.words[0], ""), b = split_side(options.words[1], a.target);
  const Target left = open_target(a.target, options), right = open_target(b.target, options);
  if (options.metric.empty()) options.metric = report::default_metric(left.plan);
  const auto comparisons =
      claims::compare({left.plan, left.results, a.selection}, {right.plan, right.results, b.selection}, options.metric);
  warn(left.results);
  warn(right.results);
  if (options.json) fmt::print("{}", report::comparison_json(comparisons));
  else
    fmt::print("{}\nA  {}\nB  {}\n\n{}", options.metric, options.words[0], options.words[1],
               report::comparison_table(comparisons, report::screen_of(stdout, options.no_color)));
  return 0;
}

int show_best(Options& options) {
  const Target target = open_target(options.file, options);
  const std::string text = options.json ? report::best_json(target.results, target.plan, options.metric, options.over)
                                        : report::best_text(target.results, target.plan, options.metric, options.over,
                                                            report::screen_of(stdout, options.no_color));
  warn(target.results);
  fmt::print("{}", text);
  return 0;
}

int verify(Options& options) {
  check_files(options);
  const report::Screen screen = report::screen_of(stdout, options.no_color);
  report::ClaimCounts total;
  bool trained = true;
  std::string all_json;
  for (const std::string& file : options.words) {
    const Target target = open_target(file, options, Claims::checked);
    if (options.run && !target.results.missing().empty()) {
      const int status = run_descent_train(training_command(file, options));
      if (status == static_cast<int>(core::ExitCode::interrupted)) return status;
      trained = trained && status == 0;
    }
    const auto judged = claims::judge_claims(target.document, target.plan, target.results);
    warn(target.results);
    const std::string json = report::claims_json(target.plan.name, judged);
    // If the folder is read-only, for example on a shared disk, the verdicts are only printed.
    if (store::is_results_folder(target.results.folder()) && access(target.results.folder().c_str(), W_OK) == 0)
      core::write_file_atomically(target.results.folder() / "claims.json", json);
    total.add(judged);
    all_json += (all_json.empty() ? "[\n" : ",\n") + json.substr(0, json.size() - 1);
    if (options.json) continue;
    fmt::print("{}{}{}: {}\n", file == options.words[0] ? "" : "\n",
               judged.empty() ? "" : report::claims_table(judged, screen, options.references) + "\n", target.plan.name,
               report::counts_text(report::ClaimCounts().add(judged)));
    std::fflush(stdout);
  }
  if (options.json) fmt::print("{}\n]\n", all_json);
  else if (options.words.size() > 1)
    fmt::print("\n{} experiments, {}\n", options.words.size(), report::counts_text(total));
  const bool good = trained && total.fails == 0 && (!options.strict || total.undecided == 0);
  return static_cast<int>(good ? core::ExitCode::ok : core::ExitCode::failed);
}

int write_report(Options& options) {
  const fs::path share = core::program_folder().parent_path() / "share/descent";
  const bool page = options.chart_format.empty();
  const report::Assets assets = page ? report::read_assets(share) : report::Assets();
  std::vector<std::unique_ptr<Target>> targets;  // all are opened before the first file is written
  for (const std::string& word : options.words)
    targets.emplace_back(new Target(open_target(word, options, Claims::warned)));
  std::vector<report::Report> reports;
  for (const auto& target : targets) {
    std::vector<report::Chart> charts =
        report::charts_of(report::Source(target->plan, target->results), target->document.base.plots);
    if (!page)
      for (const fs::path& file :
           report::write_charts(charts, options.chart_format, folder_of(*target, options), share))
        fmt::print("{}\n", file.string());
    else
      reports.push_back({target->document, target->plan, target->results,
                         claims::judge_claims(target->document, target->plan, target->results), std::move(charts)});
    warn(target->results);
  }
  if (!page) return 0;
  if (reports.size() == 1)
    write_page(folder_of(*targets[0], options) / "report.html", report::page_of(reports[0], assets));
  else
    write_page(fs::path(options.out) / "report.html",
               report::gallery_of(reports, report::read_course(share / "experiments/README.md"), assets));
  return 0;
}

int plot_results(Options& options) {
  const Target target = open_target(split_selection(options.file).target, options);
  warn(target.results);
  fmt::print("{}", chart_of(target, selected_points(target, options), options));
  return 0;
}

}  // namespace descent
