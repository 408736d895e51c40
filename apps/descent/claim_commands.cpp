// Commands that test and compare results: verify, compare.

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "claims/claims.h"
#include "core/error.h"
#include "core/files.h"
#include "descent/commands.h"
#include "descent/target.h"
#include "report/claims.h"
#include "report/compare.h"
#include "report/table.h"

namespace descent {
namespace fs = std::filesystem;

namespace {

// The command line of descent-train for what a target misses.
std::vector<std::string> training_words(const std::string& file, const RunOptions& options) {
  std::vector<std::string> words{"descent", "run", file, "--out", options.out};
  for (const std::string& set : options.overrides.set) words.insert(words.end(), {"--set", set});
  for (const std::string& sweep : options.overrides.sweep) words.insert(words.end(), {"--sweep", sweep});
  if (!options.overrides.seeds.empty()) words.insert(words.end(), {"--seeds", options.overrides.seeds});
  if (options.jobs > 0) words.insert(words.end(), {"--jobs", std::to_string(options.jobs)});
  if (options.no_color) words.push_back("--no-color");
  return words;
}

void check_files(const CommandLine& line) {
  std::error_code error;
  for (const std::string& target : line.words) {
    if (line.run && fs::is_directory(target, error))
      throw core::InputError(fmt::format("{}: --run needs an experiment file; this is a folder", target));
    check_readable_again(target);
    open(target, line, Claims::judged);  // every mistake before the first training
  }
}

// Where no file of that name exists, the whole is a selection of the other side's target.
SelectedTarget split_side(const std::string& word, const std::string& other_target) {
  SelectedTarget side = split_selection(word);
  const bool is_selection = side.selection.empty() && !other_target.empty() && word.find('=') != word.npos;
  std::error_code error;
  if (is_selection && !fs::exists(word, error)) return {other_target, word};
  return side;  // opening it reports where it is missing
}

}  // namespace

int compare(CommandLine& line) {
  const SelectedTarget a = split_side(line.words[0], ""), b = split_side(line.words[1], a.target);
  const Target left = open(a.target, line), right = open(b.target, line);
  if (line.metric.empty()) line.metric = report::usual_metric(left.plan);
  const auto comparisons =
      claims::compare({left.plan, left.results, a.selection}, {right.plan, right.results, b.selection}, line.metric);
  warn(left.results);
  warn(right.results);
  if (line.json) fmt::print("{}", report::comparison_json(comparisons));
  else
    fmt::print("{}\nA  {}\nB  {}\n\n{}", line.metric, line.words[0], line.words[1],
               report::comparison_table(comparisons, report::screen_of(stdout, line.no_color)));
  return 0;
}

int show_best(CommandLine& line) {
  const Target target = open(line.file, line);
  const report::BestOptions question{line.metric, line.over};
  const std::string text =
      line.json ? report::best_json(target.results, target.plan, question)
                : report::best_text(target.results, target.plan, question, report::screen_of(stdout, line.no_color));
  warn(target.results);
  fmt::print("{}", text);
  return 0;
}

int verify(CommandLine& line) {
  check_files(line);
  const report::Screen screen = report::screen_of(stdout, line.no_color);
  report::ClaimCounts total;
  bool trained = true;
  std::string all_json;
  for (const std::string& file : line.words) {
    const Target target = open(file, line, Claims::judged);
    if (line.run && !target.results.missing().empty()) {
      const int status = run_descent_train(training_words(file, line));
      if (status == static_cast<int>(core::ExitCode::interrupted)) return status;
      trained = trained && status == 0;
    }
    const auto judged = claims::judge_claims(target.document, target.plan, target.results);
    warn(target.results);
    const std::string json = report::claims_json(target.plan.name, judged);
    // Where nothing may be written, as on a shared disk, the verdicts are printed only.
    if (store::is_results_folder(target.results.folder()) && access(target.results.folder().c_str(), W_OK) == 0)
      core::write_file_atomically(target.results.folder() / "claims.json", json);
    report::ClaimCounts counts;
    counts.add(judged);
    total.add(judged);
    all_json += (all_json.empty() ? "[\n" : ",\n") + json.substr(0, json.size() - 1);
    if (line.json) continue;
    fmt::print("{}{}{}: {}\n", file == line.words[0] ? "" : "\n",
               judged.empty() ? "" : report::claims_table(judged, screen, line.references) + "\n", target.plan.name,
               report::counts_text(counts));
    std::fflush(stdout);
  }
  if (line.json) fmt::print("{}\n]\n", all_json);
  else if (line.words.size() > 1) fmt::print("\n{} experiments, {}\n", line.words.size(), report::counts_text(total));
  const bool good = trained && total.fails == 0 && (!line.strict || total.undecided == 0);
  return static_cast<int>(good ? core::ExitCode::ok : core::ExitCode::failed);
}

}  // namespace descent
