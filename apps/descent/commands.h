#pragma once
// The commands of the shell program: one function each, listed in main.cpp; and the target of those that read results:
// an opened results folder or experiment file.

#include <filesystem>
#include <string>
#include <vector>

#include "config/read.h"
#include "descent/options.h"
#include "plan/plan.h"
#include "store/results.h"

namespace descent {

// Declares every command and its options.
void configure(CLI::App& app, Options& options);

// Each command returns the exit status.
using Action = int(Options& options);
Action run_experiment, validate, show_plan, show_schema, explain, list, show_table, plot_results, show_status, merge,
    verify, compare, write_report, show_best, prune, submit_to_slurm, export_results, print_completion, complete;

// The choices of the commands export, completion and list.
inline const std::vector<std::string> export_kinds{"model", "curves", "tensorboard"};
std::vector<std::string> completion_shells();
std::vector<std::string> topic_names();

// The training program: in the folder of this program, otherwise in PATH.
std::string descent_train();

// Replaces this process by descent-train with these arguments; throws FaultError if this fails.
[[noreturn]] void exec_descent_train(const std::vector<std::string>& argv);

// Runs descent-train as a child with its output on stderr and forwards signals to it; returns its exit status.
int run_descent_train(const std::vector<std::string>& argv);

// The overrides as command-line options again: "--set", "a.b=c", ...
std::vector<std::string> override_words(const config::Overrides& overrides);

// Whether mistakes in claims and plots are errors, warnings (errors with --strict), or ignored.
enum class Claims { checked, warned, unused };

config::Document read_experiment(const std::string& file, const Options& options, Claims claims);

struct Target {
  config::Document document;
  plan::Plan plan;
  store::Results results;

  // Opens an experiment file; its results are in options.out.
  Target(const std::string& file, const Options& options, Claims claims = Claims::unused);
  // Opens a results folder, which contains its experiment.
  Target(const std::filesystem::path& folder, const Options& options, Claims claims = Claims::unused);
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
};

// Splits "results/x:width=48" into a target and a selection of its points.
struct SelectedTarget {
  std::string target, selection;
};
SelectedTarget split_selection(const std::string& word);

// The points selected by both options.file and --where.
std::vector<std::size_t> selected_points(const Target& target, const Options& options);

// Throws InputError for a folder without results.
Target open_target(const std::string& target, const Options& options, Claims claims = Claims::unused);

// Throws InputError for a pipe, since descent and descent-train both read the file.
void check_rereadable(const std::string& file);

// Warns on stderr of damaged parts.
void warn(const store::Results& results);

// Writes the curves of single runs as a table in .csv or .npz. Without --long it has the columns epoch, step and one
// per run: "width=48 seed=0", after the name of the metric if there are several.
void write_curves(const Target& target, const Options& options, const std::filesystem::path& file);

// Writes one folder per run with an event file for TensorBoard: curves, probes and, as hyperparameters, the factors.
void write_events(const Target& target, const Options& options, const std::filesystem::path& folder);

}  // namespace descent
