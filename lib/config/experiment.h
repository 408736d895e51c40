#pragma once
// A typed experiment: plain structs with their defaults. Bounds, units and help of every key are in *keys.cpp.

#include <cstdint>
#include <string>
#include <vector>

#include "config/data.h"
#include "config/device.h"
#include "config/model.h"
#include "config/train.h"

namespace descent::config {

struct Probes {
  std::vector<ProbeName> names{};
  ProbeMoment at = ProbeMoment::evaluations;
  std::vector<std::int64_t> steps{};  // instead of `at`
};

struct Predict {
  std::int64_t dropout_samples = 0;
};

struct Record {
  bool predictions = false;
};

// Networks whose predictions are averaged after the training.
struct Ensemble {
  EnsembleOf of = EnsembleOf::none;
  std::vector<std::int64_t> sizes{};  // empty: 1 and all
};

// What should be seen, and the expression that says so (lib/claims).
struct Claim {
  std::string says{}, that{}, reference{};
};

// A chart that the report gets, or what becomes of the charts that it chooses itself.
struct Plot {
  ChartKind chart = ChartKind::metric;
  std::string metric{}, over{}, by{}, where{}, title{};  // empty: chosen, or none
  PlotScale scale = PlotScale::automatic;
  bool remove = false;
};

struct Experiment {
  std::string name{}, description{};
  std::vector<std::int64_t> seeds{0};
  EngineKind engine = EngineKind::automatic;
  Device device{};
  Precision precision = Precision::float32;
  double checkpoint_seconds = 30;
  Data data{};
  Model model{};
  Train train{};
  Probes probes{};
  Predict predict{};
  Record record{};
  Ensemble ensemble{};
  bool bias_variance = false;
  std::vector<Claim> claims{};
  std::vector<Plot> plots{};
};

// Whether the test examples come from the pool (the official training set; all examples where there is no
// official split) instead of an official test set.
bool tests_on_rest(const Data& data);

// Which examples of the pool are taken, "auto" decided.
Subset chosen_subset(const Data& data);
// Whether a split is evaluated where it exists.
bool is_evaluated(const Evaluate& evaluate, Split split);

// Validation examples of a pool of so many.
std::int64_t validation_size(const Data& data, std::int64_t pool);

// Sizes that follow from the keys. `val` is 0 without a validation split; it is chosen from the pool, beside
// the training examples. With tests_on_rest the test examples come from what the two leave of the pool.
struct SplitSizes {
  std::int64_t train, val, test;
};
SplitSizes split_sizes(const Data& data);

// Widths of the hidden layers: `hidden`, or `depth` times `width`; other models have none.
std::vector<std::int64_t> hidden_widths(const Model& model);

// The lists of a convolutional network, or what is usual where the experiment gives none.
std::vector<std::int64_t> channels(const Model& model);  // 25, 25, 25
std::vector<std::int64_t> kernels(const Model& model);   // 5, 3, 3, ...
std::vector<std::int64_t> strides(const Model& model);   // cnn: 2, 2, 2; resnet: 1, 2, 2, ...
std::vector<std::int64_t> max_pool(const Model& model);  // 1, 1, 1
std::vector<std::int64_t> blocks(const Model& model);    // 2, 2, 2, 2

// Whether something is read from the predictions of several runs.
bool compares_predictions(const Experiment& experiment);

// One expert of a mixture and its gate, as networks of their own.
Model expert_model(const Model& mixture);
Model gate_model(const Model& mixture);

// Features that the readout of a linear model sees, of `inputs` of the data.
std::int64_t feature_count(const Model& model, std::int64_t inputs);

// Whether the training is a formula instead of steps of the optimizer.
bool has_closed_form(const Train& train);

// Parts of a training batch that batch norm may normalize separately: groups on one process, or ranks.
std::int64_t statistics_parts(const Experiment& experiment);

// Examples per step (`full` resolved), steps per epoch and of the whole training. A closed form sees all examples in
// every step; least squares and ridge are there at step 0.
std::int64_t batch_size(const Train& train, std::int64_t train_size);
std::int64_t steps_per_epoch(const Train& train, std::int64_t train_size);
std::int64_t total_steps(const Train& train, std::int64_t train_size);

// Why the fused engine cannot run an experiment: "device cuda", "precision bf16"; empty: it can.
std::vector<std::string> fused_declines(const Experiment& experiment);

// torch or fused.
EngineKind chosen_engine(const Experiment& experiment);

// "fused on cpu", "torch on cuda:1".
std::string engine_and_device(const Experiment& experiment);

}  // namespace descent::config
