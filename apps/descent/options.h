#pragma once
// Shared by both programs: the command line of `descent run` and `descent plan`, which descent-train parses again, and
// the description of the data of a plan, which is printed before training and stored in the manifest.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cluster/slurm.h"
#include "config/read.h"
#include "plan/shard.h"

namespace descent {

struct Options {
  std::string file;
  config::Overrides overrides;
  std::string out = "results";
  int jobs = 0;     // 0: the number of cores
  std::string csv;  // "-": write the merged curves to stdout
  bool save_weights = false;
  bool fail_fast = false;
  plan::Shard shard{};
  std::optional<double> checkpoint_seconds;  // overrides that of the experiment
  bool no_color = false;
  bool json = false;                                    // plan
  bool time = false, resolved = false, layers = false;  // plan
  std::int64_t shards = 0;                              // plan; 0: not given
  bool watch = false;                                   // status
  bool yes = false;                                     // prune
  bool strict = false;                                  // run, plan, validate, verify
  bool run = false, references = false;                 // verify
  std::string what, run_id, to = ".";                   // export
  std::optional<std::int64_t> seed{};
  std::vector<std::string> formats{"safetensors", "python", "onnx"};
  std::vector<std::string> metrics{};  // export curves
  bool is_long = false;
  std::string file_out = "curves.csv";
  std::string chart_format{};         // report; empty: write a page
  std::string metric, plotted, over;  // compare, plot, best
  bool ascii = false;                 // plot, table
  std::string where;                  // plot, table, export
  std::vector<std::string> columns;   // table
  std::string sort, table_format = "text";
  bool descending = false, plot = false;  // table
  bool json_progress = false;             // run
  cluster::Request request{};             // slurm
  std::int64_t tasks = 0;                 // slurm; 0: chosen from the estimated training time
  bool dry_run = false;                   // slurm
  std::vector<std::string> words{};       // positional arguments of commands that do not use `file`
  std::vector<std::string> argv{};
};

// Adds an option; the help shows `type` for its value.
template <class Value>
CLI::Option* add_value(CLI::App& command, const char* name, Value& value, const char* type, const char* help) {
  return command.add_option(name, value, help)->type_name(type);
}

// Add groups of options to a command.
using AddOptions = void(CLI::App& command, Options& options);
AddOptions add_override_options;    // --set, --sweep, --engine, ..., --seeds
AddOptions add_experiment_options;  // FILE and the override options
AddOptions add_out_option, add_color_option, add_json_option, add_strict_option, add_jobs_option;
AddOptions add_run_options;   // of `run`, without experiment and --out
AddOptions add_plan_options;  // of `plan`, without the experiment

// Parses the command line. Returns the exit status 0 after --help or --version, otherwise nothing; throws InputError
// for wrong usage.
std::optional<int> parse_command_line(CLI::App& app, int argc, const char* const* argv);

struct DataReport {
  std::vector<std::string> texts;     // two lines for each data set or split of the plan
  std::vector<std::string> warnings;  // probable mistakes
};

DataReport report_data(const plan::Plan& plan);

// The texts to print, shortened if there are many.
std::string data_text(const DataReport& data);

// Writes the warnings to stderr; if `strict`, throws InputError with all warnings instead.
void warn_of_data(const DataReport& data, const std::string& file, bool strict);

}  // namespace descent
