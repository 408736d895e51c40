#pragma once
// Output of `descent run` before and after training: the effect of a changed experiment on existing results;
// manifest.json, which records what can make the numbers of two machines differ, and the time it took; merged CSVs and
// the table of points.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/read.h"
#include "plan/shard.h"
#include "report/table.h"
#include "store/results.h"

namespace descent::report {

// The version of this program, "0.1.0", and the commit it was built from, with "-dirty" if files were changed.
std::string_view version();
std::string_view git_hash();

struct ManifestFacts {
  std::vector<std::string> argv{};
  std::string libtorch_version{};               // from the program that links it
  std::vector<std::string> data{}, warnings{};  // summaries of the data sets; probable mistakes
  std::size_t jobs = 1;
  std::size_t runs_trained = 0;  // by this process; the others existed before
  double training_seconds = 0;   // summed over all parts
  std::chrono::system_clock::time_point start{};
  std::chrono::duration<double> elapsed{};  // by a monotonic clock
};

// manifest.json in the folder; not an object if it is missing, unreadable or a link.
Json read_manifest(const std::filesystem::path& folder);

// True if the folder has a manifest of this plan.
bool has_manifest_of(const std::filesystem::path& folder, const plan::Plan& plan);

std::string manifest_json(const plan::Plan& plan, const ManifestFacts& facts);

// "train.epochs: 20 -> 30 changes 18 finished runs; ...", compared with the experiment in the folder; "" if no changed
// key invalidates a finished run.
std::string changes_text(const store::Results& results, const config::Document& now, const plan::Plan& plan);

struct FinishOptions {
  bool csv_to_stdout = false;  // writes curves.csv to stdout and the table to stderr
  bool no_color = false;
  std::optional<std::size_t> trained{};  // runs trained by this process; prints the reused, new and stale runs
  plan::Shard shard{};                   // the runs that should be finished
};

// Merges the parts, writes points.csv, prints the table and the location of the files. Returns the exit status: `ok`,
// or `failed` if runs of the shard are missing.
int finish(const store::Results& results, const plan::Plan& plan, const FinishOptions& options);

}  // namespace descent::report
