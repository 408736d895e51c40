#pragma once
// A typed experiment: plain structs with their defaults. Bounds, units and help of every key are in *keys.cpp.

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
  bool on_val = true;
  bool on_test = false;
};

// How generated data are drawn.
struct Generator {
  Redraw redraw = Redraw::train;
  std::optional<double> noise{};  // absent: what is usual for the generator
  bool noise_on_test = false;
  std::optional<std::int64_t> features{};         // absent: what is usual for the generator
  std::int64_t classes = 2;                       // spirals
  double turns = 1;                               // spirals
  std::int64_t teacher_units = 3;                 // teacher_student
  double weak_signal = 2;                         // two_scale_regression
  std::int64_t pieces = 4;                        // piecewise_linear
  std::array<double, 2> eigenvalues{4e-4, 1.05};  // linear_spectrum: smallest, largest
};

// Badly scaled inputs: x -> s (x + offset n), s = 10^U(-decades, decades), n normal, one s and n per feature.
struct Distortion {
  double decades = 0, offset = 0;
};

// Of training batches of images.
struct Augmentation {
  std::int64_t crop_padding = 0;
  bool flip = false;
};

struct Data {
  DataName name = DataName::mnist1d;
  std::string path{};  // idx, cifar10, npy: a folder, csv: a file; made absolute when the experiment is read
  std::string label_column{};  // csv; empty: the last
  Task task = Task::automatic;  // csv, npy
  std::optional<std::int64_t> train_size{}, test_size{}, val_size{};  // absent: all there is (val: none)
  std::optional<double> val_fraction{};
  Subset subset = Subset::first;
  TestFrom test_from = TestFrom::official;
  Normalize normalize = Normalize::none;
  LabelNoise label_noise{};
  Generator generator{};
  bool shuffle_features = false;
  std::vector<FeatureMap> features{};  // concatenated; empty: raw
  std::int64_t polynomial_degree = 3;
  Distortion distortion{};
  Augmentation augmentation{};
  bool bootstrap = false;
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

struct Features {
  FeatureKind kind = FeatureKind::raw;
  double scale = 0.1;                     // gaussian_basis: standard deviation of each Gaussian
  std::array<double, 2> centers{0, 1};    // gaussian_basis: the first and the last
};

struct Experts {
  std::int64_t count = 4;
  std::vector<std::int64_t> hidden{};  // of each expert; empty: linear
  std::optional<double> std{};         // regression: of an expert's errors, for the likelihood of the mixture
};

struct Gate {
  std::vector<std::int64_t> hidden{};  // empty: linear
  Activation activation = Activation::tanh;
  std::optional<std::int64_t> top_k{};  // absent: every expert answers every example
  double load_balancing = 0;
};

// What a resnet begins with, before its first stage.
struct Stem {
  std::int64_t kernel = 3, stride = 1;
  bool max_pool = false;
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
  std::vector<std::int64_t> max_pool{};             // cnn, by layer; empty: none
  Pooling pooling = Pooling::flatten;
  Stem stem{};
  std::vector<std::int64_t> blocks{};               // resnet, by stage; `width` is the first stage's
  BlockKind block = BlockKind::basic;
  bool preactivation = false;
  ShortcutKind shortcut = ShortcutKind::identity;
  bool zero_init_residual = false;
  double stochastic_depth = 0;                      // rate of the last block; grows in proportion from the first
  Dropout dropout{};
  Features features{};  // of a linear model
  bool intercept = false;
  Experts experts{};  // of a mixture
  Gate gate{};
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

struct Solver {
  SolverKind kind = SolverKind::optimizer;
  std::optional<double> lambda{};       // ridge
  std::optional<double> relative_lr{};  // gradient_descent: instead of optimizer.lr
};

struct Train {
  Optimizer optimizer{};
  Solver solver{};
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
  Predict predict{};
  Record record{};
  Ensemble ensemble{};
  bool bias_variance = false;
  std::vector<Claim> claims{};
};

// Whether the test examples come from the pool (the official training set; all examples where there is no
// official split) instead of an official test set.
bool tests_on_rest(const Data& data);

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

// Examples per step (`full` resolved), steps per epoch and of the whole training. A closed form sees all examples in
// every step; least squares and ridge are there at step 0.
std::int64_t batch_size(const Train& train, std::int64_t train_size);
std::int64_t steps_per_epoch(const Train& train, std::int64_t train_size);
std::int64_t total_steps(const Train& train, std::int64_t train_size);

}  // namespace descent::config
