#pragma once
// Data sets prepared for training: split, normalized, with label noise; reproducible for each run.

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

// The training, validation or test part of a data set.
struct Part {
  std::int64_t size = 0;
  std::shared_ptr<const std::vector<double>> x;  // [size, features], row-major; shared by runs with equal inputs
  std::vector<std::int32_t> y;                   // [size]: classes, with label noise; empty for regression
  std::vector<double> targets;                   // [size, outputs], not normalized; empty for classification
  double variance = 0;                           // of the targets: mean squared distance from the mean of each output
};

struct RunData {
  config::Shape shape{};                            // of one example
  std::int64_t features = 0, classes = 0;           // classes 0: regression
  std::int64_t outputs = 0;                         // of the network: one per class, or one per number of a target
  Part train, val, test;                            // val and test may be empty
  std::shared_ptr<const formats::Scaling> scaling;  // applied to the inputs
  formats::Scaling target_scaling;                  // [outputs]: applied to the targets in training; empty: none

  const Part& part(config::Split split) const {
    return split == config::Split::train ? train : split == config::Split::val ? val : test;
  }
};

// The folder experiments/data, relative to the program: in the build tree and when installed.
std::filesystem::path data_folder();

// Reads each file once, verifying the checksums of embedded ones, or draws data, and prepares them. Thread-safe.
class Loader {
 public:
  // `embedded`: the folder of the embedded data sets.
  explicit Loader(std::filesystem::path embedded = data_folder()) : embedded_(std::move(embedded)) {}

  // The data of the run with this seed, from the streams `data`, `split`, `label_noise`, `bootstrap` of core/seeds.h.
  RunData load(const config::Data& config, std::int64_t seed);

 private:
  struct Inputs {
    std::vector<double> train, val, test;
    formats::Scaling scaling;
  };
  std::shared_ptr<const formats::DataSet> data_set(const config::Data& config, std::int64_t seed);
  std::shared_ptr<const Inputs> inputs(const config::Data& config, std::int64_t seed, const formats::DataSet& set,
                                       const Parts& parts);

  const std::filesystem::path embedded_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const formats::DataSet>> sets_;  // read from files, by name and path
  std::map<std::string, std::weak_ptr<const Inputs>> inputs_;            // by inputs_key
};

// Draws the pool and the test part for the run with this seed. Each part draws inputs and noise from separate streams,
// example by example, so that a smaller part is the beginning of a larger one and no draw depends on the noise level.
formats::DataSet generate(const config::Data& config, std::int64_t seed);

// Reads the files of an embedded data set in `folder`; throws FaultError if one is missing or damaged.
formats::DataSet read_embedded(config::DataName name, const std::filesystem::path& folder);

}  // namespace descent::data
