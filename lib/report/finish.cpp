#include "report/finish.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "core/error.h"
#include "core/text.h"
#include "report/notice.h"
#include "report/points.h"
#include "report/terminal.h"
#include "stats/bias_variance.h"
#include "stats/ensembles.h"
#include "stats/points.h"
#include "stats/tables.h"
#include "store/lock.h"

namespace descent::report {
namespace {

constexpr std::size_t most_table_rows = 40;

// "12 reused, 4 new; 8 stale runs in 2 parts: descent prune lists them".
std::string origin_text(const store::Results& results, std::size_t finished, std::size_t trained) {
  std::size_t stale_runs = 0;
  const std::vector<store::StalePart> stale = results.stale();
  for (const store::StalePart& part : stale) stale_runs += part.runs.size();
  std::string text = fmt::format("{} reused, {} new", finished - std::min(finished, trained), trained);
  if (!stale.empty())
    text += fmt::format("; {} in {}: descent prune lists them", core::counted(stale_runs, "stale run"),
                        core::counted(stale.size(), "part"));
  return text + "\n";
}

// "curves,summary,points": the tables that were written.
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
  const PointsOptions table{screen_of(out, options.no_color), most_table_rows};
  std::fputs(points_table(results, plan, table).c_str(), out);
  const std::string files = fmt::format("\n{} of {} runs, mean ± 95 % interval; {{{}}}.csv in {}\n", finished,
                                        plan.runs.size(), tables_in(results), results.folder().string());
  std::fputs(files.c_str(), out);
  if (options.trained) std::fputs(origin_text(results, finished, *options.trained).c_str(), out);
  const bool complete = plan::select(plan, missing, options.shard).empty();
  return static_cast<int>(complete ? core::ExitCode::ok : core::ExitCode::failed);
}

}  // namespace descent::report
