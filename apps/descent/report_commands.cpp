// Commands that draw: report, plot.

#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "claims/claims.h"
#include "claims/selection.h"
#include "core/files.h"
#include "descent/commands.h"
#include "descent/target.h"
#include "plot/page.h"
#include "plot/terminal.h"
#include "report/terminal.h"

namespace descent {
namespace fs = std::filesystem;

int write_report(CommandLine& line) {
  const RunOptions& options = line.options;
  const fs::path share = core::program_folder() / "../share/descent";
  const plot::Assets assets = plot::read_assets(share);
  std::vector<std::unique_ptr<Target>> targets;  // every mistake before the first page
  for (const std::string& word : line.words) targets.emplace_back(new Target(open(word, options)));
  std::vector<plot::Report> reports;
  for (const auto& target : targets) {
    reports.push_back({target->document, target->plan, target->results,
                       claims::judge_claims(target->document, target->plan, target->results),
                       plot::charts_of(plot::Source(target->plan, target->results))});
    warn(target->results);
  }
  const bool one = reports.size() == 1;
  const fs::path file = (one ? reports[0].results.folder() : fs::path(options.out)) / "report.html";
  core::write_file_atomically(
      file, one ? plot::page_of(reports[0], assets)
                : plot::gallery_of(reports, plot::read_course(share / "experiments/README.md"), assets));
  fmt::print("{}\n", file.string());
  return 0;
}

int plot_results(CommandLine& line) {
  const RunOptions& options = line.options;
  const SelectedTarget words = split_selection(options.file);
  const Target target = open(words.target, options);
  warn(target.results);
  const std::vector<std::size_t> points = claims::select_points(words.selection, target.plan);
  report::CanvasOptions canvas{.width = report::terminal_width(stdout)};
  canvas.braille = !options.ascii && report::shows_unicode();
  canvas.color = report::wants_color(stdout, options.no_color);
  fmt::print("{}", plot::terminal_chart(plot::Source(target.plan, target.results),
                                        {points, options.plotted, options.over}, canvas));
  return 0;
}

}  // namespace descent
