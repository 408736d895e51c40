#pragma once
// What commands about results work on: a results folder or an experiment file, opened.

#include <filesystem>
#include <string>
#include <vector>

#include "config/read.h"
#include "descent/options.h"
#include "plan/plan.h"
#include "store/results.h"

namespace descent {

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

// The points that `selection` and --where keep.
std::vector<std::size_t> selected_points(const std::string& selection, const plan::Plan& plan,
                                         const RunOptions& options);

// InputError for a folder without results.
Target open(const std::string& target, const RunOptions& options, Claims claims = Claims::unused);

// InputError for a pipe: descent-train reads the file that descent has read.
void check_readable_again(const std::string& file);

// A chart of these points for the terminal, as --metric and --over ask for.
std::string chart_of(const Target& target, const std::vector<std::size_t>& points, const RunOptions& options);

// Reports on stderr what was set aside in the results.
void warn(const store::Results& results);

}  // namespace descent
