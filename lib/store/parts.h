#pragma once
// A part: the finished rows of one stack, a folder that is complete or absent. Its rows hold `run` and their
// own columns only; factors and seed are added from the plan when parts are merged, so that parts survive a
// changed sweep. part.json names the runs and the checksums of the files and of itself. A table without rows has no
// file.
// predictions.npy, float64 [runs, test, outputs], holds the predictions, labels.npy, int32 [runs, test], or targets.npy
// the truth.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "store/results.h"

namespace descent::store {

// Bytes of a file of a part: what it holds of one run.
struct Range {
  std::uint64_t begin = 0, end = 0;
  std::size_t fingerprint = 0;  // of the bytes, in this process
};

// The predictions of one run in the files of a part.
struct PredictionRanges {
  std::size_t outputs = 0;  // 0: none
  bool regression = false;  // targets.npy instead of labels.npy
  Range values, truth;
};

struct PartRun {
  std::string hash;
  std::string summary{};  // its row, which every command reads
  Range curve{}, probes{};
  PredictionRanges predictions{};
};

struct Part {
  double seconds = 0;
  std::vector<PartRun> runs;
  std::vector<std::string> names{};  // of the runs, for people; earlier versions wrote none: their ids
};

// A part whose files have changed since they were written; the text names the fault.
class DamagedPart : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

void write_part(const std::filesystem::path& parts, const std::vector<RunResult>& results, const PartTimes& times,
                const std::vector<std::string>& names);

// The bytes of a range of a file; FaultError where they are no longer those that were verified.
std::string read_range(const std::filesystem::path& path, Range range);

Predictions read_predictions(const std::filesystem::path& folder, const PredictionRanges& ranges);

// Makes a copy in the folder `parts`.
void copy_part(const std::filesystem::path& folder, const std::filesystem::path& parts);

// Removes a part; other processes see all of it or nothing.
void remove_part(const std::filesystem::path& folder);

// What a run with this hash trains; null for one that no plan knows.
using ExperimentOf = std::function<const config::Experiment*(const std::string& run_hash)>;

// Verifies checksums, rows and, for the runs of the plan, the shape of the predictions. Throws DamagedPart. The name
// of a part covers the columns it was written with: parts of another version of the columns have no runs.
Part read_part(const std::filesystem::path& folder, const ExperimentOf& experiment_of);

}  // namespace descent::store
