// Commands that draw: report, plot.

#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "claims/claims.h"
#include "core/files.h"
#include "descent/commands.h"
#include "descent/target.h"
#include "report/charts/files.h"
#include "report/charts/page.h"
#include "report/charts/terminal.h"
#include "report/table.h"

namespace descent {
namespace fs = std::filesystem;

namespace {

// DIR/<experiment name> of --out DIR; without it the results folder.
fs::path folder_of(const Target& target, const RunOptions& options) {
  return options.out == RunOptions().out ? target.results.folder() : fs::path(options.out) / target.plan.name;
}

void write_page(const fs::path& file, const std::string& html) {
  core::make_folder(file.parent_path());
  core::write_file_atomically(file, html);
  fmt::print("{}\n", file.string());
}

}  // namespace

int write_report(CommandLine& line) {
  const fs::path share = core::program_folder().parent_path() / "share/descent";
  const bool page = line.chart_format.empty();
  const report::Assets assets = page ? report::read_assets(share) : report::Assets();
  std::vector<std::unique_ptr<Target>> targets;  // every mistake before the first file
  for (const std::string& word : line.words) targets.emplace_back(new Target(open(word, line, Claims::warned)));
  std::vector<report::Report> reports;
  for (const auto& target : targets) {
    std::vector<report::Chart> charts =
        report::charts_of(report::Source(target->plan, target->results), target->document.base.plots);
    if (!page)
      for (const fs::path& file : report::write_charts(charts, line.chart_format, folder_of(*target, line), share))
        fmt::print("{}\n", file.string());
    else
      reports.push_back({target->document, target->plan, target->results,
                         claims::judge_claims(target->document, target->plan, target->results), std::move(charts)});
    warn(target->results);
  }
  if (!page) return 0;
  if (reports.size() == 1)
    write_page(folder_of(*targets[0], line) / "report.html", report::page_of(reports[0], assets));
  else
    write_page(fs::path(line.out) / "report.html",
               report::gallery_of(reports, report::read_course(share / "experiments/README.md"), assets));
  return 0;
}

std::string chart_of(const Target& target, const std::vector<std::size_t>& points, const RunOptions& options) {
  report::CanvasOptions canvas{.width = report::terminal_width(stdout)};
  canvas.braille = !options.ascii && report::shows_unicode();
  canvas.color = report::screen_of(stdout, options.no_color).color;
  return report::terminal_chart(report::Source(target.plan, target.results), {points, options.plotted, options.over},
                                canvas);
}

int plot_results(CommandLine& line) {
  const SelectedTarget words = split_selection(line.file);
  const Target target = open(words.target, line);
  warn(target.results);
  fmt::print("{}", chart_of(target, selected_points(words.selection, target.plan, line), line));
  return 0;
}

}  // namespace descent
