// Replaces descent-train in the tests of the command line: parses the same options and writes the same results folder,
// but invents the numbers instead of training.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "descent/options.h"
#include "plan/pack.h"
#include "report/notice.h"
#include "report/run.h"

namespace descent {
namespace {

store::RunResult invented(const plan::Run& run) {
  store::RunResult result{run.hash, {}, {}};
  for (std::int64_t step : {0, 40}) {
    store::Evaluation row;
    row.step = step;
    row.metrics.test.error = static_cast<double>(run.seed + 1) / 128;
    result.curve.push_back(row);
  }
  result.summary.final = result.curve.back();
  return result;
}

int rehearse(int argc, char** argv) {
  CLI::App app;
  Options options;
  CLI::App* run = app.add_subcommand("run");
  add_experiment_options(*run, options);
  add_out_option(*run, options);
  add_run_options(*run, options);
  CLI::App* plan_command = app.add_subcommand("plan");
  add_experiment_options(*plan_command, options);
  add_plan_options(*plan_command, options);
  if (const auto status = parse_command_line(app, argc, argv)) return *status;
  if (options.time) {
    fmt::print("rehearsed plan --time\n");
    return 0;
  }
  const config::Document document = config::read_document(options.file, options.overrides);
  const plan::Plan plan = plan::make_plan(document);
  const store::Results results(options.out, plan);
  results.write_experiment(document);
  const auto missing = plan::select(plan, results.missing(), options.shard);
  for (const plan::Stack& stack : plan::pack(plan, missing)) {
    std::vector<store::RunResult> rows;
    for (const std::size_t index : stack) rows.push_back(invented(plan.runs[index]));
    fmt::print(stderr, "rehearsed {} runs\n", rows.size());
    results.write_part(rows, {});
  }
  results.write_manifest(report::manifest_json(plan, {.argv = {argv, argv + argc}, .libtorch_version = {}}));
  return report::finish(results, plan, {!options.csv.empty(), options.no_color, missing.size(), options.shard});
}

}  // namespace
}  // namespace descent

int main(int argc, char** argv) {
  return descent::report::guarded([&] { return descent::rehearse(argc, argv); });
}
