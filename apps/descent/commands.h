#pragma once
// The commands of the shell program: one function each, listed once in main.cpp. What those about results work on: a
// results folder or an experiment file, opened.

#include <filesystem>
#include <string>
#include <vector>

#include "config/read.h"
#include "descent/options.h"
#include "plan/plan.h"
#include "store/results.h"

namespace descent {

// Declares every command and its options.
void configure(CLI::App& app, RunOptions& line);

// The commands; each returns the exit status.
using Action = int(RunOptions& line);
Action run_experiment, validate, show_plan, show_schema, explain, list, show_table, plot_results, show_status, merge,
    verify, compare, write_report, show_best, prune, submit_to_slurm, export_results, print_completion, complete;

// What export writes.
inline const std::vector<std::string> export_kinds{"model", "curves", "tensorboard"};
// The shells that print_completion knows, and what list lists.
std::vector<std::string> completion_shells();
std::vector<std::string> topic_names();

// The training program: beside this one, or one that PATH has.
std::string descent_train();

// Replaces this program by descent-train with the same arguments; returns only by FaultError.
[[noreturn]] void become_descent_train(const std::vector<std::string>& argv);

// Runs descent-train as a child process, its output on stderr, signals passed on; returns its exit status.
int run_descent_train(const std::vector<std::string>& argv);

// What mistakes in the claims and plots of an experiment are: errors for commands that judge them; for those that
// train warnings on stderr, errors with --strict; nothing for those that do not look at them.
enum class Claims { judged, warned, unused };

config::Document read_experiment(const std::string& file, const RunOptions& options, Claims claims);

struct Target {
  config::Document document;
  plan::Plan plan;
  store::Results results;

  // An experiment file; its results are in a folder of options.out.
  Target(const std::string& file, const RunOptions& options, Claims claims = Claims::unused);
  // Of a results folder, which holds its experiment.
  Target(const std::filesystem::path& folder, const RunOptions& options, Claims claims = Claims::unused);
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
};

// "results/x:width=48": a target and a selection of its points.
struct SelectedTarget {
  std::string target, selection;
};
SelectedTarget split_selection(const std::string& word);

// The points of the target options.file that the selection behind it and --where keep.
std::vector<std::size_t> selected_points(const Target& target, const RunOptions& options);

// InputError for a folder without results.
Target open(const std::string& target, const RunOptions& options, Claims claims = Claims::unused);

// InputError for a pipe: descent-train reads the file that descent has read.
void check_readable_again(const std::string& file);

// Reports on stderr what was set aside in the results.
void warn(const store::Results& results);

// The curves of single runs for other programs, as a table in .csv or .npz. One that is not --long has the columns
// epoch, step and one for every run: "width=48 seed=0", behind the name of the metric where there are several.
void write_curves(const Target& target, const RunOptions& options, const std::filesystem::path& file);

// One folder for every run, with an event file of TensorBoard: curves and probes as scalars, factors as
// hyperparameters.
void write_events(const Target& target, const RunOptions& options, const std::filesystem::path& folder);

}  // namespace descent
