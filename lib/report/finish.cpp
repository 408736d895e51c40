#include "report/finish.h"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>

#include "core/error.h"
#include "report/table.h"
#include "report/terminal.h"
#include "stats/points.h"

namespace descent::report {
namespace {

constexpr std::size_t most_rows = 40;

void copy_to_stdout(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> buffer(1 << 16);
  while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || file.gcount() > 0)
    std::fwrite(buffer.data(), 1, static_cast<std::size_t>(file.gcount()), stdout);
}

}  // namespace

int finish(const store::Results& results, const plan::Plan& plan, const FinishOptions& options) {
  results.merge();
  stats::write_points(results, plan);
  const std::size_t missing = results.missing().size();
  std::FILE* out = options.csv_to_stdout ? stderr : stdout;
  if (options.csv_to_stdout) copy_to_stdout(results.folder() / "curves.csv");
  for (const std::string& warning : results.take_warnings()) std::fputs((warning + "\n").c_str(), stderr);
  const TableOptions table{wants_color(out, options.no_color), most_rows};
  std::fputs(points_table(results, plan, table).c_str(), out);
  std::string files =
      fmt::format("\n{} of {} runs, mean ± 95 % interval; {{curves,summary,points}}.csv in {}\n",
                  plan.runs.size() - missing, plan.runs.size(), results.folder().string());
  std::fputs(files.c_str(), out);
  return static_cast<int>(missing == 0 ? core::ExitCode::ok : core::ExitCode::failed);
}

}  // namespace descent::report
