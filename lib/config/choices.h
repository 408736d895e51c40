#pragma once
// The choices of each key: an enum and a table of names, help and sources (*choices.cpp), which validation, help,
// schema, listings and completion use. Switches have no default, so that the compiler reports missing cases.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/data_set.h"

namespace descent::config {

struct Choice {
  int value;                // the enum value
  std::string_view name;    // as written in an experiment
  std::string_view help;    // a short description; for initializers the formula
  std::string_view source;  // paper or standard; "-" if none

  template <class Enum>
  constexpr Choice(Enum value, std::string_view name, std::string_view help, std::string_view source = "-")
      : value(static_cast<int>(value)), name(name), help(help), source(source) {}
};

struct Choices {
  std::string_view noun;  // for error messages: "norm", "activation"
  std::span<const Choice> table;

  std::string_view name_of(int value) const;
  const Choice* find(std::string_view name) const;  // null if unknown
  std::vector<std::string> names() const;
};

enum class EngineKind { automatic, torch, fused };
enum class DeviceKind { cpu, cuda, automatic };
enum class Precision { float32, tf32, bf16, float64 };
enum class DataName {
  mnist1d,
  mnist1d_large,
  digits,
  fashion_mnist,
  idx,
  cifar10,
  npy,
  csv,
  sinusoid,
  two_moons,
  spirals,
  teacher_student,
  two_scale_regression,
  piecewise_linear,
  linear_spectrum
};
enum class Redraw { all, train, none };
enum class Task { automatic, classification, regression };
enum class FeatureMap { raw, rfft_magnitude, sorted, polynomial };
enum class Subset { automatic, stratified, first, random };
enum class Layout { automatic, channels_first, channels_last };
enum class Separator { automatic, comma, semicolon, tab };
using Missing = formats::MissingValues;
enum class TestFrom { official, rest };
enum class Normalize { none, standard, minmax, channel };
enum class NoiseKind { other, uniform };
enum class Split { train, val, test };  // the values seed random streams and index arrays: never reorder
enum class ModelKind { mlp, cnn, resnet, linear_model, mixture_of_experts };
enum class FeatureKind { raw, random_relu, gaussian_basis };
enum class Activation { relu, tanh, sigmoid, gelu, leaky_relu, silu, identity };
enum class NormKind { none, batch, layer, rms, group };
enum class NormPosition { before, after };
enum class Pooling { flatten, average, max };
enum class BlockKind { basic, bottleneck };
enum class ShortcutKind { identity, projection, none };
enum class DropoutKind { unit, channel };
enum class BranchInit { one, inverse_sqrt_depth, zero };
enum class PredictWith { running, batch };
enum class InitScheme {
  pytorch_default,
  zeros,
  constant,
  normal,
  uniform,
  xavier_normal,
  xavier_uniform,
  he_normal,
  he_uniform,
  lecun_normal,
  orthogonal
};
enum class FanMode { fan_in, fan_out };
enum class DecayOn { all, weights };
enum class OptimizerName { sgd, adam, adamw };
enum class SolverKind { optimizer, least_squares, ridge, gradient_descent };
enum class ScheduleKind { constant, step, multistep, cosine, exponential };
enum class DurationUnit { epochs, steps };
enum class LossKind { cross_entropy, mse };
enum class Monitor { none, val_loss, val_error, train_loss, train_error };
enum class Restore { best, last };
enum class EnsembleOf { none, seeds, points };
enum class ProbeName {
  activation_mean,
  activation_variance,
  activation_histogram,
  variance_factor,
  saturated_fraction,
  dead_fraction,
  batch_mean_spread,
  batch_variance_spread,
  mean_drift,
  sd_drift,
  gate_entropy,
  expert_usage,
  gate_maximum,
  gradient_norm,
  signal_gradient_norm,
  gradient_ratio,
  weight_norm,
  update_ratio,
  unit_distance,
  weight_rank,
  path_share,
  path_length,
  path_reach,
  path_factor,
  // measured once, after training:
  input_condition,
  symmetry_difference,
  restored_difference,
  lesion_error,
  lesion_worst_error
};
enum class ProbeMoment { evaluations, start, end, start_and_end };
enum class ChartKind { metric, final_values, heat_maps, differences, bias_variance, ensembles, probes, curves };
enum class PlotScale { automatic, linear, logarithmic };

// The table of an enum: choices_of(Activation{}).
Choices choices_of(EngineKind), choices_of(DeviceKind), choices_of(Precision), choices_of(DataName), choices_of(Redraw),
    choices_of(Task), choices_of(FeatureMap), choices_of(Subset), choices_of(Layout), choices_of(Separator),
    choices_of(Missing), choices_of(TestFrom), choices_of(Normalize), choices_of(NoiseKind), choices_of(Split),
    choices_of(ModelKind), choices_of(FeatureKind), choices_of(Activation), choices_of(NormKind),
    choices_of(NormPosition), choices_of(Pooling), choices_of(BlockKind), choices_of(ShortcutKind),
    choices_of(DropoutKind), choices_of(BranchInit), choices_of(DecayOn), choices_of(PredictWith),
    choices_of(InitScheme), choices_of(FanMode), choices_of(OptimizerName), choices_of(SolverKind),
    choices_of(ScheduleKind), choices_of(DurationUnit), choices_of(LossKind), choices_of(Monitor), choices_of(Restore),
    choices_of(EnsembleOf), choices_of(ProbeName), choices_of(ProbeMoment), choices_of(ChartKind),
    choices_of(PlotScale);

template <class Enum> std::string_view name_of(Enum e) { return choices_of(e).name_of(static_cast<int>(e)); }

}  // namespace descent::config
