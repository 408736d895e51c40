#pragma once
// The section "model" of an experiment with its defaults; bounds, units and help are in model_keys.cpp.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "config/choices.h"

namespace descent::config {

struct Norm {
  NormKind kind = NormKind::none;
  double momentum = 0.1;
  double epsilon = 1e-5;
  bool affine = true;
  std::int64_t groups = 4;  // group norm
  PredictWith predict_with = PredictWith::running;
  std::int64_t statistics_groups = 1;  // parts of a batch, like those of data-parallel workers
  bool synchronized = false;           // groups or ranks share their statistics
};

struct Dropout {
  double rate = 0;
  DropoutKind kind = DropoutKind::unit;
};

struct Init {
  InitScheme scheme = InitScheme::pytorch_default;
  double gain = 1;
  FanMode mode = FanMode::fan_in;
  std::optional<double> std{};    // normal, uniform: instead of gain
  std::optional<double> value{};  // constant
  std::optional<double> bias{};   // absent: 0, and U(+-1/sqrt(fan_in)) for pytorch_default
};

struct Features {
  FeatureKind kind = FeatureKind::raw;
  double scale = 0.1;                   // gaussian_basis: standard deviation of each Gaussian
  std::array<double, 2> centers{0, 1};  // gaussian_basis: first and last center
};

struct Experts {
  std::int64_t count = 4;
  std::vector<std::int64_t> hidden{};  // of each expert; empty: linear
  std::optional<double> std{};         // regression: standard deviation of an expert's errors
};

struct Gate {
  std::vector<std::int64_t> hidden{};  // empty: linear
  Activation activation = Activation::tanh;
  std::optional<std::int64_t> top_k{};  // absent: all experts are used for every example
  double load_balancing = 0;
};

// The layers of a resnet before its first stage.
struct Stem {
  std::int64_t kernel = 3, stride = 1;
  bool max_pool = false;
};

struct Model {
  ModelKind kind = ModelKind::mlp;
  std::optional<std::int64_t> width{}, depth{};  // of hidden layers of equal width
  std::vector<std::int64_t> hidden{};            // or the width of each hidden layer
  Activation activation = Activation::relu;
  Norm norm{};
  NormPosition norm_position = NormPosition::before;
  bool residual = false;
  BranchInit branch_init = BranchInit::one;         // with residual
  std::vector<std::int64_t> channels{}, kernels{};  // cnn, by layer; empty: see experiment.h
  std::vector<std::int64_t> strides{};              // cnn: by layer; resnet: by stage
  std::int64_t padding = 1;                         // cnn
  std::vector<std::int64_t> max_pool{};             // cnn, by layer; empty: none
  Pooling pooling = Pooling::flatten;
  Stem stem{};
  std::vector<std::int64_t> blocks{};  // resnet, by stage; `width` is that of the first stage
  BlockKind block = BlockKind::basic;
  bool preactivation = false;
  bool final_norm = true;  // with preactivation
  ShortcutKind shortcut = ShortcutKind::identity;
  bool zero_init_residual = false;
  double stochastic_depth = 0;  // rate of the last block; grows linearly from the first
  Dropout dropout{};
  Features features{};  // linear model
  bool intercept = false;
  Experts experts{};  // mixture of experts
  Gate gate{};
  Init init{};
};

}  // namespace descent::config
