#pragma once
// What `descent run` says and writes around the training: what a changed experiment means for the results that are
// there; manifest.json, what is needed to explain why the numbers of two machines differ, and how long it took; in both
// programs the end: merged CSVs, points.csv, the table of points.

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

// Of this program: "0.1.0", and the commit it was built from, "-dirty" where files differed.
std::string_view version();
std::string_view git_hash();

struct ManifestFacts {
  std::vector<std::string> argv{};
  std::string libtorch_version{};               // from the program that links it
  std::vector<std::string> data{}, warnings{};  // what was understood of the data, and what is probably a mistake
  std::size_t jobs = 1;
  std::size_t runs_trained = 0;  // by this start; the others were there before
  double training_seconds = 0;   // summed over all parts
  std::chrono::system_clock::time_point start{};
  std::chrono::duration<double> elapsed{};  // by a clock that nobody sets back
};

// manifest.json in the folder; no object where it is missing, unreadable or a link.
Json read_manifest(const std::filesystem::path& folder);

// Whether the folder has a manifest of this plan.
bool has_manifest_of(const std::filesystem::path& folder, const plan::Plan& plan);

std::string manifest_json(const plan::Plan& plan, const ManifestFacts& facts);

// "train.epochs: 20 -> 30 changes 18 finished runs; ..." compared with the experiment that the folder holds; empty
// where no finished run is lost by a changed key.
std::string changes_text(const store::Results& results, const config::Document& now, const plan::Plan& plan);

struct FinishOptions {
  bool csv_to_stdout = false;  // curves.csv on stdout; the table then goes to stderr
  bool no_color = false;
  std::optional<std::size_t>
      trained{};        // runs trained by this start; the report then counts reused, new and stale runs
  plan::Shard shard{};  // whose runs should be there
};

// Merges, writes points.csv, prints the table and the location of the files. Returns the exit status:
// `ok`, or `failed` while runs of the shard are missing.
int finish(const store::Results& results, const plan::Plan& plan, const FinishOptions& options);

}  // namespace descent::report
