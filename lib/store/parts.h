#pragma once
// A part: a folder with the results of one finished stack, either complete or absent. Its tables have the column `run`
// and their own columns only; merging adds factors and seed from the plan, so that parts survive a changed sweep. A
// table without rows has no file. part.json holds the runs and the checksums of all files. predictions.npy: float64
// [runs, test, outputs]; labels.npy: int32 [runs, test], or targets.npy: float64 [runs, test, outputs].

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "store/results.h"

namespace descent::store {

// The bytes of one run in a file of a part.
struct Range {
  std::uint64_t begin = 0, end = 0;
  std::size_t fingerprint = 0;  // hash of the bytes, valid in this process
};

struct PredictionRanges {
  std::size_t outputs = 0;  // 0: not recorded
  bool regression = false;
  Range values, truth;  // in predictions.npy; in targets.npy for regression, otherwise in labels.npy
};

struct PartRun {
  std::string hash;
  std::string summary{};  // the row itself, since every command reads it
  Range curve{}, probes{};
  PredictionRanges predictions{};
};

struct Part {
  double seconds = 0;
  std::vector<PartRun> runs;
  std::vector<std::string> names{};  // readable names of the runs; their ids in parts of earlier versions
};

// Thrown for a part whose files have changed since they were written.
class DamagedPart : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

void write_part(const std::filesystem::path& parts, const std::vector<RunResult>& results, const PartTimes& times,
                const std::vector<std::string>& names);

// The bytes of a range of a file; throws FaultError if they have changed since they were verified.
std::string read_range(const std::filesystem::path& path, Range range);

Predictions read_predictions(const std::filesystem::path& folder, const PredictionRanges& ranges);

// Copies the part `folder` into the folder `parts`.
void copy_part(const std::filesystem::path& folder, const std::filesystem::path& parts);

// Removes a part atomically.
void remove_part(const std::filesystem::path& folder);

// The experiment of a run of the plan; null for other hashes.
using ExperimentOf = std::function<const config::Experiment*(const std::string& run_hash)>;

// Verifies checksums, rows and, for the runs of the plan, the shape of the predictions; throws DamagedPart. The
// returned part has no runs if it was written with other columns.
Part read_part(const std::filesystem::path& folder, const ExperimentOf& experiment_of);

}  // namespace descent::store
