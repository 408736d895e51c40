#pragma once
// What both programs begin with. The command line of `descent run` and `descent plan`, declared once: descent-train
// parses the same options. What was understood of the data of a plan: said before anything is trained, and kept in the
// manifest.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cluster/slurm.h"
#include "config/read.h"
#include "plan/shard.h"

namespace descent {

struct RunOptions {
  std::string file;
  config::Overrides overrides;
  std::string out = "results";
  int jobs = 0;     // 0: the cores
  std::string csv;  // "-": the merged curves on stdout
  bool save_weights = false;
  bool fail_fast = false;
  plan::Shard shard{};
  std::optional<double> checkpoint_seconds;  // instead of the experiment's
  bool no_color = false;
  bool json = false;                                    // plan
  bool time = false, resolved = false, layers = false;  // plan
  std::int64_t shards = 0;                              // plan: 0: say nothing of them
  bool watch = false;                                   // status
  bool yes = false;                                     // prune
  bool strict = false;                                  // run, plan, validate, verify
  bool run = false, references = false;                 // verify
  std::string what, run_id, to = ".";                   // export
  std::optional<std::int64_t> seed{};
  std::vector<std::string> formats{"safetensors", "python", "onnx"};
  std::vector<std::string> metrics{};  // of exported curves
  bool is_long = false;
  std::string file_out = "curves.csv";
  std::string chart_format{};         // report; empty: a page
  std::string metric, plotted, over;  // compare, plot, best
  bool ascii = false;                 // plot, table
  std::string where;                  // plot, table, export: a selection of points
  std::vector<std::string> columns;   // table
  std::string sort, table_format = "text";
  bool descending = false, plot = false;  // table
  bool json_progress = false;             // run
  cluster::Request request{};             // slurm
  std::int64_t tasks = 0;                 // slurm: 0: as many as the estimate suggests
  bool dry_run = false;                   // slurm
  // Files of validate and verify, sides of compare, the key, topic, shell or command line to complete.
  std::vector<std::string> words{};
  std::vector<std::string> argv{};
};

// An option whose value the help calls `type`.
template <class Value>
CLI::Option* add_value(CLI::App& command, const char* name, Value& value, const char* type, const char* help) {
  return command.add_option(name, value, help)->type_name(type);
}

// Groups of options, for the commands that take them.
using AddOptions = void(CLI::App& command, RunOptions& options);
AddOptions add_override_options;    // --set, --sweep, --engine, ..., --seeds
AddOptions add_experiment_options;  // FILE and those
AddOptions add_out_option, add_color_option, add_json_option, add_strict_option, add_jobs_option;
AddOptions add_run_options;   // of `run`, beside experiment and --out
AddOptions add_plan_options;  // of `plan`, beside the experiment

// Parses. An exit status when the program is done: 0 after --help or --version, 2 after wrong usage (already reported
// on stderr); otherwise nothing. InputError for unknown commands and options.
std::optional<int> parse_command_line(CLI::App& app, int argc, const char* const* argv);

struct DataReport {
  std::vector<std::string> texts;     // two lines for each data set or split of the points
  std::vector<std::string> warnings;  // what is probably a mistake
};

DataReport report_data(const plan::Plan& plan);

// All of it for a person: the texts, shortened where there are many.
std::string data_text(const DataReport& data);

// The warnings to stderr; with `strict` an InputError with all of them.
void warn_of_data(const DataReport& data, const std::string& file, bool strict);

}  // namespace descent
