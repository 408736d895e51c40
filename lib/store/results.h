#pragma once
// The results folder: parts written once and atomically, merged into CSVs in plan order.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "store/columns.h"

namespace descent::store {

// What one finished run leaves behind.
struct RunResult {
  std::string run_hash;
  Summary summary;
  std::vector<Evaluation> curve;
};

// Times of a part, for manifest and status; never in a CSV.
struct PartTimes {
  double seconds = 0;
};

class Results {
 public:
  // DIR/<experiment name>; nothing is created yet.
  Results(std::filesystem::path out, const plan::Plan& plan);

  const std::filesystem::path& folder() const { return folder_; }

  // Runs of the plan (indices) that no readable part holds, in plan order.
  std::vector<std::size_t> missing() const;

  // Writes the rows of one stack as one part; safe to call from several threads.
  void write_part(const std::vector<RunResult>& results, const PartTimes& times) const;

  // Regenerates curves.csv, summary.csv, points.csv from the parts, in plan order; streams, flat in memory.
  void merge() const;

  // experiment.json and manifest.json; the first is rewritten only when its bytes change.
  void write_experiment(const std::string& json) const;
  void write_manifest(const std::string& json) const;

 private:
  std::filesystem::path folder_;
  const plan::Plan& plan_;
};

}  // namespace descent::store
