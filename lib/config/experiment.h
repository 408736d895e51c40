#pragma once
// A typed experiment: plain structs with their defaults. Bounds, units and help of every key are in keys.cpp.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/choices.h"

namespace descent::config {

struct LabelNoise {
  double rate = 0;
  NoiseKind kind = NoiseKind::other;
  bool on_test = false;
};

// How generated data are drawn.
struct Generator {
  Redraw redraw = Redraw::train;
  std::optional<double> noise{};  // absent: what is usual for the generator
  bool noise_on_test = false;
};

struct Data {
  DataName name = DataName::mnist1d;
  std::optional<std::int64_t> train_size{}, test_size{}, val_size{};  // absent: all there is (val: none)
  std::optional<double> val_fraction{};
  Subset subset = Subset::first;
  TestFrom test_from = TestFrom::official;
  Normalize normalize = Normalize::none;
  LabelNoise label_noise{};
  Generator generator{};
  bool shuffle_features = false;
};

struct Norm {
  NormKind kind = NormKind::none;
  double momentum = 0.1;
  double epsilon = 1e-5;
  bool affine = true;
  std::int64_t groups = 4;  // of group norm
  PredictWith predict_with = PredictWith::running;
  std::int64_t statistics_groups = 1;  // parts of a batch, as of as many workers in parallel
  bool synchronized = false;           // with more than one: they share their statistics
};

struct Dropout {
  double rate = 0;
  DropoutKind kind = DropoutKind::unit;
};

struct Init {
  InitScheme scheme = InitScheme::pytorch_default;
  double gain = 1;
  FanMode mode = FanMode::fan_in;
  std::optional<double> std{};    // normal and uniform: instead of gain
  std::optional<double> value{};  // constant
  std::optional<double> bias{};   // absent: 0, and U(+-1/sqrt(fan_in)) for pytorch_default
};

struct Model {
  ModelKind kind = ModelKind::mlp;
  std::optional<std::int64_t> width{}, depth{};  // of equal hidden layers
  std::vector<std::int64_t> hidden{};            // or their widths one by one
  Activation activation = Activation::relu;
  Norm norm{};
  NormPosition norm_position = NormPosition::before;
  bool residual = false;
  BranchInit branch_init = BranchInit::one;  // with residual
  std::vector<std::int64_t> channels{}, kernels{};  // cnn, by layer; empty: as in the functions below
  std::vector<std::int64_t> strides{};              // cnn by layer, resnet by stage
  std::int64_t padding = 1;                         // cnn
  Pooling pooling = Pooling::flatten;
  std::vector<std::int64_t> blocks{};               // resnet, by stage; `width` is the first stage's
  BlockKind block = BlockKind::basic;
  bool preactivation = false;
  ShortcutKind shortcut = ShortcutKind::identity;
  bool zero_init_residual = false;
  double stochastic_depth = 0;                      // rate of the last block; grows in proportion from the first
  Dropout dropout{};
  Init init{};
};

struct Optimizer {
  OptimizerName name = OptimizerName::sgd;
  double lr = 0.001;
  double weight_decay = 0;
  DecayOn decay_on = DecayOn::all;
  double momentum = 0;
  bool nesterov = false;
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;
};

struct Schedule {
  ScheduleKind kind = ScheduleKind::constant;
  DurationUnit unit = DurationUnit::epochs;  // of every, milestones and warmup
  std::int64_t every = 30;                   // step: decay each so many units
  std::vector<std::int64_t> milestones{};    // multistep
  double factor = 0.1;                       // step, multistep, exponential (per unit)
  double minimum_lr = 0;                     // cosine
  std::int64_t warmup = 0;                   // linear from 0, in front of any kind
};

struct Loss {
  LossKind kind = LossKind::cross_entropy;
  double label_smoothing = 0;
};

struct EarlyStopping {
  Monitor monitor = Monitor::none;
  std::int64_t patience = 10;
  double min_delta = 0;
  Restore restore = Restore::best;
  bool stop = true;
};

struct Evaluate {
  std::optional<std::int64_t> every_epochs{}, every_steps{},
      log_spaced{};             // one of them; absent: every epoch
  std::vector<Split> splits{};  // empty: all that exist
};

struct Train {
  Optimizer optimizer{};
  Schedule schedule{};
  std::int64_t batch_size = 100;  // 0: full
  bool drop_last = false;
  std::optional<std::int64_t> epochs{}, steps{};  // exactly one
  Loss loss{};
  std::optional<double> clip_gradient_norm{};
  EarlyStopping early_stopping{};
  Evaluate evaluate{};
  std::int64_t threads = 1;
};

struct Probes {
  std::vector<ProbeName> names{};
  ProbeMoment at = ProbeMoment::evaluations;
};

// What should be seen, and the expression that says so (lib/claims).
struct Claim {
  std::string says{}, that{}, reference{};
  std::int64_t line = 0, column = 0;  // of `that` in the file
};

struct Experiment {
  std::string name{}, description{};
  std::vector<std::int64_t> seeds{0};
  Device device = Device::cpu;
  Precision precision = Precision::float32;
  double checkpoint_seconds = 30;
  Data data{};
  Model model{};
  Train train{};
  Probes probes{};
  std::vector<Claim> claims{};
};

// Whether the test examples come from the pool (the official training part; all examples where there is no
// official split) instead of an official test part.
bool tests_on_rest(const Data& data);

// Validation examples of a pool of so many.
std::int64_t validation_size(const Data& data, std::int64_t pool);

// Sizes that follow from the keys. `val` is 0 without a validation split; it is chosen from the pool, beside
// the training examples. With tests_on_rest the test examples come from what the two leave of the pool.
struct SplitSizes {
  std::int64_t train, val, test;
};
SplitSizes split_sizes(const Data& data);

// Widths of the hidden layers: `hidden`, or `depth` times `width`.
std::vector<std::int64_t> hidden_widths(const Model& model);

// The lists of a convolutional network, or what is usual where the experiment gives none.
std::vector<std::int64_t> channels(const Model& model);  // 25, 25, 25
std::vector<std::int64_t> kernels(const Model& model);   // 5, 3, 3, ...
std::vector<std::int64_t> strides(const Model& model);   // cnn: 2, 2, 2; resnet: 1, 2, 2, ...
std::vector<std::int64_t> blocks(const Model& model);    // 2, 2, 2, 2

// Examples per step (`full` resolved), steps per epoch and of the whole training.
std::int64_t batch_size(const Train& train, std::int64_t train_size);
std::int64_t steps_per_epoch(const Train& train, std::int64_t train_size);
std::int64_t total_steps(const Train& train, std::int64_t train_size);

}  // namespace descent::config
