#pragma once
// Data sets as networks see them: split, normalized, with label noise, one reproducible view per run.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "config/data_facts.h"
#include "config/experiment.h"
#include "formats/data_set.h"
#include "formats/scaling.h"

namespace descent::data {

struct Parts;

// One part. x: [size, features], row-major, shared between the runs that see the same inputs.
struct Part {
  std::int64_t size = 0;
  std::shared_ptr<const std::vector<double>> x;
  std::vector<std::int32_t> y;  // class of each example, label noise applied: [size]; empty with real targets
  std::vector<double> targets;  // [size, outputs], in their own units; empty with classes
  double variance = 0;          // of the targets: mean square of their distance from the mean of each output
};

struct RunData {
  config::Shape shape{};                            // of one example
  std::int64_t features = 0, classes = 0;           // classes 0: real targets
  std::int64_t outputs = 0;                         // of a network: one per class, or one per number of a target
  Part train, val, test;                            // size 0: no such part
  std::shared_ptr<const formats::Scaling> scaling;  // that made the inputs
  formats::Scaling target_scaling;                  // [outputs]: of the targets that networks learn; empty: as they are

  const Part& part(config::Split split) const {
    return split == config::Split::train ? train : split == config::Split::val ? val : test;
  }
};

// Where experiments/data lies, relative to the program: in the build tree and when installed.
std::filesystem::path data_folder();

// Reads files once (checksums of embedded ones verified) or draws the data, and prepares views; safe to call from
// several threads.
class Loader {
 public:
  // `embedded`: the folder of the embedded data sets.
  explicit Loader(std::filesystem::path embedded = data_folder()) : embedded_(std::move(embedded)) {}

  // The data of the run with this seed: streams `data`, `split`, `label_noise` and `bootstrap` of core/seeds.h.
  RunData load(const config::Data& config, std::int64_t seed);

 private:
  struct Inputs {
    std::vector<double> train, val, test;
    formats::Scaling scaling;
  };
  std::shared_ptr<const formats::DataSet> source(const config::Data& config, std::int64_t seed);
  std::shared_ptr<const Inputs> inputs(const config::Data& config, std::int64_t seed, const formats::DataSet& set,
                                       const Parts& parts);

  const std::filesystem::path embedded_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const formats::DataSet>> sets_;  // that were read, by name and path
  std::map<std::string, std::weak_ptr<const Inputs>> inputs_;            // by everything that shapes them
};

// Draws the pool and the test part for the run with this seed. Every part draws inputs and noise from separate streams,
// example by example, so a longer part begins like a shorter one and no draw depends on the size of the noise.
formats::DataSet generate(const config::Data& config, std::int64_t seed);

// Reads the files of an embedded data set below `folder`; a missing or damaged one is a FaultError.
formats::DataSet read_embedded(config::DataName name, const std::filesystem::path& folder);

}  // namespace descent::data
