#pragma once
// A typed experiment: plain structs with default values. Bounds, units and help of the keys are in *keys.cpp.

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

// Networks whose predictions are averaged after training.
struct Ensemble {
  EnsembleOf of = EnsembleOf::none;
  std::vector<std::int64_t> sizes{};  // empty: 1 and all
};

// An expected result: a sentence and an expression (lib/claims).
struct Claim {
  std::string says{}, that{}, reference{};
};

// An additional chart of the report, or a change to its automatic charts.
struct Plot {
  ChartKind chart = ChartKind::metric;
  std::string metric{}, over{}, by{}, where{}, title{};  // empty: automatic or none
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

// True if the test examples are taken from the pool (the official training set, or all examples if there is no official
// split) instead of an official test set.
bool takes_test_from_pool(const Data& data);

// data.subset with "auto" resolved.
Subset chosen_subset(const Data& data);

// True if a split is evaluated, provided that it exists.
bool is_evaluated(const Evaluate& evaluate, Split split);

// Number of validation examples of a pool of size `pool`.
std::int64_t validation_size(const Data& data, std::int64_t pool);

// Sizes of the splits. Training and validation examples (`val` 0: none) are taken from the pool; with
// takes_test_from_pool() the test examples are taken from the rest of the pool.
struct SplitSizes {
  std::int64_t train, val, test;
};
SplitSizes split_sizes(const Data& data);

// Widths of the hidden layers of an mlp: `hidden`, or `depth` layers of `width`; empty for other models.
std::vector<std::int64_t> hidden_widths(const Model& model);

// The lists of a convolutional network, or their defaults if not given.
std::vector<std::int64_t> channels(const Model& model);  // 25, 25, 25
std::vector<std::int64_t> kernels(const Model& model);   // 5, 3, 3, ...
std::vector<std::int64_t> strides(const Model& model);   // cnn: 2, 2, 2; resnet: 1, 2, 2, ...
std::vector<std::int64_t> max_pool(const Model& model);  // 1, 1, 1
std::vector<std::int64_t> blocks(const Model& model);    // 2, 2, 2, 2

// True if results are computed from the predictions of several runs.
bool compares_predictions(const Experiment& experiment);

// An expert of a mixture and its gate as separate models.
Model expert_model(const Model& mixture);
Model gate_model(const Model& mixture);

// Number of features of a linear model for data with `inputs` features.
std::int64_t feature_count(const Model& model, std::int64_t inputs);

// True if the weights are computed in closed form instead of by an optimizer.
bool has_closed_form(const Train& train);

// Number of parts of a training batch that batch norm normalizes separately: groups in one process, or ranks.
std::int64_t statistics_parts(const Experiment& experiment);

// Examples per step (with "full" resolved), steps per epoch and steps of the training. A closed form uses all examples
// in every step; least squares and ridge take no steps.
std::int64_t batch_size(const Train& train, std::int64_t train_size);
std::int64_t steps_per_epoch(const Train& train, std::int64_t train_size);
std::int64_t total_steps(const Train& train, std::int64_t train_size);

// Reasons why the fused engine does not support an experiment: "device cuda", "precision bf16"; empty if it does.
std::vector<std::string> unsupported_by_fused(const Experiment& experiment);

// The engine with "auto" resolved.
EngineKind chosen_engine(const Experiment& experiment);

// "fused on cpu", "torch on cuda:1".
std::string engine_and_device(const Experiment& experiment);

}  // namespace descent::config
