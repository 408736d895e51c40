#pragma once
// The results folder: parts, each written once and atomically, are merged into CSVs in plan order.

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

// The predictions of a network for the N test examples, and their labels or targets.
struct Predictions {
  std::size_t outputs = 0;           // K; 0: not recorded
  std::vector<double> values;        // [N, K]: log-probabilities of the classes; outputs if the loss is squared error
  std::vector<std::int32_t> labels;  // [N]; empty for regression
  std::vector<double> targets;       // [N, K]; empty for classification
};

// The results of one finished run.
struct RunResult {
  std::string run_hash;
  Summary summary;
  std::vector<Evaluation> curve;
  std::vector<ProbeRow> probes{};
  Predictions predictions{};
};

// Training times of a part, for manifest and status; never in a CSV.
struct PartTimes {
  double seconds = 0;
  double cpu_seconds = 0;  // of the thread that trained it; does not depend on other programs on the same core
};

// A part that holds no run of the plan, because the experiment or the columns of the program have changed.
struct StalePart {
  std::filesystem::path folder;
  std::vector<std::string> runs;  // "model.width=8 seed 0"; empty if the columns have changed
};

// Receives a run (index into Plan::runs) and the cells of one row, in the order of the columns.
using RowVisitor = std::function<void(std::size_t run, const std::vector<std::string>& cells)>;

class Results {
 public:
  // The folder `out`/<experiment name>, which is not created yet. `plan` must outlive this object.
  Results(std::filesystem::path out, const plan::Plan& plan);
  // An existing results folder.
  static Results at(std::filesystem::path folder, const plan::Plan& plan);

  const std::filesystem::path& folder() const { return folder_; }

  // Creates the folder; throws InputError if it exists and holds other files.
  void prepare() const;
  // Removes unfinished files of killed processes.
  void remove_leftovers() const;

  // The runs (indices into Plan::runs) that no readable part holds; with `weights` also those without saved weights.
  // Renames damaged parts.
  std::vector<std::size_t> missing(bool weights = false) const;

  // Parts that hold no run of the plan.
  std::vector<StalePart> stale() const;

  // One sentence for each part that was found damaged since the last call.
  std::vector<std::string> take_warnings() const;

  // The training time of each run, an equal share of that of its part; 0 for a missing run. The sum of these times.
  std::vector<double> run_seconds() const;
  double seconds() const;

  std::filesystem::path weights_folder() const { return folder_ / "checkpoints"; }
  std::filesystem::path weights_file(const plan::Run& run) const;

  // Copies the parts and weights of missing runs from another results folder. Returns the number of runs copied.
  std::size_t copy_from(const Results& other) const;

  // Writes the results of one stack as one part, unless other parts hold all of its runs. Thread-safe. Throws
  // FaultError if the folder was removed after prepare().
  void write_part(const std::vector<RunResult>& results, const PartTimes& times) const;

  // Writes curves.csv, summary.csv and, if the experiment has probes, probes.csv from the parts, one run at a time.
  // (lib/stats writes the tables that combine several runs.)
  void merge() const;

  // Visits the rows of the finished runs in plan order.
  void for_each_row(Table table, const RowVisitor& visit) const;
  void for_each_summary(const RowVisitor& visit) const { for_each_row(Table::summary, visit); }

  // The predictions of a run (index into Plan::runs), if it has finished and recorded them.
  std::optional<Predictions> predictions(std::size_t run) const;

  // Write experiment.json (config/write.h), unless it is unchanged, and manifest.json.
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
  std::shared_ptr<Index> index_;  // the parts read so far
};

// Writes the weights of a network as safetensors; creates the folder of the file.
using formats::TensorView;
void write_weights(const std::filesystem::path& file, std::span<const TensorView> tensors,
                   const formats::Metadata& metadata);

// True if Results::prepare() created the folder.
bool is_results_folder(const std::filesystem::path& folder);

}  // namespace descent::store
