#pragma once
// The results folder: parts written once and atomically, merged into CSVs in plan order.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/safetensors.h"
#include "plan/plan.h"
#include "store/columns.h"

namespace descent::store {

// The predictions of a network for the test examples [N], and the truth.
struct Predictions {
  std::size_t outputs = 0;           // K; 0: nothing recorded
  std::vector<double> values;        // [N, K]: logarithms of the classes' probabilities; with squared error the outputs
  std::vector<std::int32_t> labels;  // [N]; empty in regression
  std::vector<double> targets;       // [N, K] in regression
};

// The results of one finished run.
struct RunResult {
  std::string run_hash;
  Summary summary;
  std::vector<Evaluation> curve;
  std::vector<ProbeRow> probes{};
  Predictions predictions{};
};

// Times of a part, for manifest and status; never in a CSV.
struct PartTimes {
  double seconds = 0;
  double cpu_seconds = 0;  // of the thread that trained it: steady when other programs share the core
};

// A part without a run of the plan, because the experiment has changed, or the columns of the program (then no runs).
struct StalePart {
  std::filesystem::path folder;
  std::vector<std::string> runs;  // "model.width=8 seed 0", as when they were trained
};

// Gets a run (index into Plan::runs) and the cells of one row, parallel to the columns of its table.
using RowVisitor = std::function<void(std::size_t run, const std::vector<std::string>& cells)>;

class Results {
 public:
  // DIR/<experiment name>; nothing is created yet. `plan` must outlive this.
  Results(std::filesystem::path out, const plan::Plan& plan);
  // A results folder wherever it lies.
  static Results at(std::filesystem::path folder, const plan::Plan& plan);

  const std::filesystem::path& folder() const { return folder_; }

  // Makes the folder; InputError for one that holds other files.
  void prepare() const;
  // Removes the unfinished files of killed processes.
  void remove_leftovers() const;

  // Runs of the plan (indices) that no readable part holds, in plan order; with `weights` also those whose weights are
  // not kept. Damaged parts are set aside.
  std::vector<std::size_t> missing(bool weights = false) const;

  // Parts that only earlier versions of the experiment need.
  std::vector<StalePart> stale() const;

  // The parts that were set aside since the last call, one sentence each.
  std::vector<std::string> take_warnings() const;

  // Training time of each run of the plan, its share of that of its part; 0 for a missing one. Their sum.
  std::vector<double> run_seconds() const;
  double seconds() const;

  // checkpoints/<run>.safetensors
  std::filesystem::path weights_folder() const { return folder_ / "checkpoints"; }
  std::filesystem::path weights_file(const plan::Run& run) const;

  // Copies the parts and weights of runs of the plan that are missing here from another results folder. Returns the
  // number of these runs.
  std::size_t take_from(const Results& other) const;

  // Writes the rows of one stack as one part, unless others have them already; safe to call from several threads.
  // A folder that was removed since prepare() is a FaultError.
  void write_part(const std::vector<RunResult>& results, const PartTimes& times) const;

  // Regenerates curves.csv, summary.csv and, where the experiment has probes, probes.csv from the parts, in plan
  // order; streams, flat in memory. (What follows from several runs is made by lib/stats.)
  void merge() const;

  // The rows of the finished runs, in plan order, from the parts.
  void for_each_row(Table table, const RowVisitor& visit) const;
  void for_each_summary(const RowVisitor& visit) const { for_each_row(Table::summary, visit); }

  // Of a run of the plan (index); nothing where it has not finished or recorded no predictions.
  std::optional<Predictions> predictions(std::size_t run) const;

  // experiment.json (config/write.h), rewritten only when its bytes change, and manifest.json.
  void write_experiment(const config::Document& document) const;
  void write_manifest(const std::string& json) const;

 private:
  struct Index;
  struct Folder {
    std::filesystem::path path;
  };
  Results(Folder folder, const plan::Plan& plan);

  std::filesystem::path folder_;
  const plan::Plan& plan_;
  std::shared_ptr<Index> index_;  // what was read of the parts so far
};

// Writes the weights of a network as safetensors; makes the folder of the file.
using formats::TensorView;
void write_weights(const std::filesystem::path& file, std::span<const TensorView> tensors,
                   const formats::Metadata& metadata);

// True for a folder that `Results` made.
bool is_results_folder(const std::filesystem::path& folder);

}  // namespace descent::store
