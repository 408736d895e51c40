#include "config/choices.h"

#include <algorithm>

namespace descent::config {

std::string_view Choices::name_of(int value) const {
  const auto found = std::ranges::find(table, value, &Choice::value);
  return found == table.end() ? "?" : found->name;
}

const Choice* Choices::find(std::string_view name) const {
  const auto found = std::ranges::find(table, name, &Choice::name);
  return found == table.end() ? nullptr : &*found;
}

std::vector<std::string> Choices::names() const {
  std::vector<std::string> names;
  for (const Choice& choice : table) names.emplace_back(choice.name);
  return names;
}

constexpr Choice engines[] = {
    {EngineKind::automatic, "auto", "fused if it supports the experiment, otherwise torch"},
    {EngineKind::torch, "torch", "LibTorch modules with autograd; all devices and precisions"},
    {EngineKind::fused, "fused",
     "hand-written forward and backward passes with vectorized kernels; CPU only, float32 "
     "and float64"},
};
Choices choices_of(EngineKind) { return {"engine", engines}; }

constexpr Choice devices[] = {
    {DeviceKind::cpu, "cpu", "the CPU; one thread per run unless train.threads is larger"},
    {DeviceKind::cuda, "cuda", "all NVIDIA GPUs, with a stack of runs on each; \"cuda:1\": only the second GPU"},
    {DeviceKind::automatic, "auto", "cuda if Descent is built with CUDA and the machine has a GPU, otherwise cpu"},
};
Choices choices_of(DeviceKind) { return {"device", devices}; }

constexpr Choice precisions[] = {
    {Precision::float32, "float32", "single precision, about 7 digits; on a GPU without TF32", "IEEE 754"},
    {Precision::tf32, "tf32", "float32, but inputs of matrix products and convolutions rounded to about 3 digits",
     "NVIDIA 2020"},
    {Precision::bf16, "bf16",
     "automatic mixed precision with bfloat16, about 3 digits; weights and optimizer in float32",
     "Kalamkar et al. 2019"},
    {Precision::float64, "float64", "double precision, about 16 digits, slower", "IEEE 754"},
};
Choices choices_of(Precision) { return {"precision", precisions}; }

constexpr Choice ensembles[] = {
    {EnsembleOf::none, "none", "no ensembles"},
    {EnsembleOf::seeds, "seeds", "networks of the same point with different seeds; with data.bootstrap: bagging",
     "Lakshminarayanan et al. 2017"},
    {EnsembleOf::points, "points", "networks of different points of the sweep with the same seed",
     "Hansen and Salamon 1990"},
};
Choices choices_of(EnsembleOf) { return {"kind of ensemble", ensembles}; }

constexpr Choice probes[] = {
    {ProbeName::activation_mean, "activation_mean", "mean of each hidden layer's activations"},
    {ProbeName::activation_variance, "activation_variance",
     "variance of each unit's activations across examples (for a channel, across examples and positions), mean over "
     "each hidden layer",
     "He et al. 2015"},
    {ProbeName::activation_histogram, "activation_histogram",
     "histogram of each hidden layer's activations in 40 bins of equal width, as relative frequencies; the column "
     "layer "
     "contains the center of the bin (\"linear0 bin=0.025\"); range: tanh -1 to 1, sigmoid 0 to 1, ReLU 0 to 4, others "
     "-4 to 4; the outer bins include values outside the range",
     "Glorot and Bengio 2010, fig. 6"},
    {ProbeName::variance_factor, "variance_factor",
     "activation_variance of each hidden layer divided by that of the previous layer", "He et al. 2015"},
    {ProbeName::saturated_fraction, "saturated_fraction",
     "fraction of activations in the flat range of the function: |tanh| > 0.97, |2 sigmoid - 1| > 0.97, ReLU = 0",
     "Glorot and Bengio 2010"},
    {ProbeName::dead_fraction, "dead_fraction",
     "fraction of ReLU units that are 0 for all examples (channels: at all positions)", "Maas et al. 2013"},
    {ProbeName::batch_mean_spread, "batch_mean_spread",
     "for each batch norm: root mean square deviation of batch means from the mean of the probe batch, in standard "
     "deviations",
     "Wu and He 2018"},
    {ProbeName::batch_variance_spread, "batch_variance_spread",
     "for each batch norm: root mean square relative deviation of batch variances from that of the probe batch",
     "Wu and He 2018"},
    {ProbeName::mean_drift, "mean_drift",
     "absolute change of the mean of each hidden pre-activation since the last measurement, divided by its standard "
     "deviation at that time; mean over the units of each layer",
     "Ioffe and Szegedy 2015"},
    {ProbeName::sd_drift, "sd_drift", "like mean_drift, for the standard deviation", "Ioffe and Szegedy 2015"},
    {ProbeName::gate_entropy, "gate_entropy",
     "entropy of the gates in nats, mean over examples: 0 if one expert has all the weight, ln(number of experts) if "
     "all have the same weight"},
    {ProbeName::expert_usage, "expert_usage", "mean gate of each expert", "Shazeer et al. 2017"},
    {ProbeName::gate_maximum, "gate_maximum", "largest gate, mean over examples: 1 if the experts specialize",
     "Jacobs et al. 1991"},
    {ProbeName::gradient_norm, "gradient_norm", "Euclidean norm of the gradient of each layer's weights"},
    {ProbeName::signal_gradient_norm, "signal_gradient_norm",
     "Euclidean norm of the gradient with respect to the output of each hidden linear layer (in a residual mlp, "
     "including the shortcut) or convolution",
     "Glorot and Bengio 2010"},
    {ProbeName::gradient_ratio, "gradient_ratio",
     "signal_gradient_norm of the first hidden layer divided by that of the last: vanishing gradients if far below 1, "
     "exploding gradients if far above 1",
     "Hochreiter 1991; Glorot and Bengio 2010"},
    {ProbeName::weight_norm, "weight_norm", "Euclidean norm of the weights of each layer, without biases"},
    {ProbeName::update_ratio, "update_ratio",
     "norm of the change of each layer's weights in the last step divided by their norm before the step"},
    {ProbeName::unit_distance, "unit_distance",
     "largest difference between the weights of two units of a hidden layer (filters of a convolution) for the same "
     "input; 0: all units are equal",
     "Goodfellow et al. 2016, section 8.4"},
    {ProbeName::weight_rank, "weight_rank",
     "rank of each hidden layer's weight matrix, with a row per unit or filter: number of singular values above "
     "max(in, out) * epsilon * the largest"},
    {ProbeName::path_share, "path_share",
     "share of the gradient on paths through each number of residual branches, estimated on 100 examples",
     "Veit et al. 2016"},
    {ProbeName::path_length, "path_length", "mean number of residual branches that the gradient passes through",
     "Veit et al. 2016"},
    {ProbeName::path_reach, "path_reach",
     "smallest number of branches such that paths of at most this length carry 95 % of the gradient",
     "Veit et al. 2016"},
    {ProbeName::path_factor, "path_factor",
     "factor by which each branch on the path multiplies the norm of the gradient", "Veit et al. 2016"},
    {ProbeName::input_condition, "input_condition",
     "at the end: condition number of the second-moment matrix of the inputs; inf: singular",
     "LeCun et al. 1998, \"Efficient BackProp\""},
    {ProbeName::symmetry_difference, "symmetry_difference",
     "at the end: largest change of an output when hidden units, channels or experts are permuted and, without a "
     "norm, the signs of tanh units are flipped and ReLU units are rescaled",
     "Bishop 2006, section 5.1.1"},
    {ProbeName::restored_difference, "restored_difference",
     "at the end: monitored value of the weights restored by early stopping, minus the value recorded for them during "
     "training; should be 0",
     "Prechelt 1998"},
    {ProbeName::lesion_error, "lesion_error",
     "at the end: test error (regression: loss) by number of deleted blocks, mean over all single deletions or 10 "
     "random sets; the shortcuts of residual blocks are kept; in networks without shortcuts, hidden layers (resnet: "
     "blocks) whose output has the shape of their input are deleted",
     "Veit et al. 2016"},
    {ProbeName::lesion_worst_error, "lesion_worst_error", "at the end: the highest error of a single deletion",
     "Veit et al. 2016"},
};
Choices choices_of(ProbeName) { return {"probe", probes}; }

constexpr Choice probe_moments[] = {
    {ProbeMoment::evaluations, "evaluations", "at every evaluation"},
    {ProbeMoment::start, "start", "at initialization"},
    {ProbeMoment::end, "end", "at the last evaluation"},
    {ProbeMoment::start_and_end, "start_and_end", "at initialization and at the last evaluation"},
};
Choices choices_of(ProbeMoment) { return {"moment", probe_moments}; }

constexpr Choice chart_kinds[] = {
    {ChartKind::metric, "metric", "an additional chart of the column that the key metric names"},
    {ChartKind::final_values, "final_values", "final errors and losses by factor"},
    {ChartKind::heat_maps, "heat_maps", "a factor and time, or two factors, with the value as color"},
    {ChartKind::differences, "differences", "paired differences between the values of a factor"},
    {ChartKind::bias_variance, "bias_variance", "bias and variance"},
    {ChartKind::ensembles, "ensembles", "scores of ensembles by size"},
    {ChartKind::probes, "probes", "values measured by the probes"},
    {ChartKind::curves, "learning_curves", "errors and losses over time"},
};
Choices choices_of(ChartKind) { return {"chart", chart_kinds}; }

constexpr Choice plot_scales[] = {
    {PlotScale::automatic, "auto", "logarithmic if the means span a factor of at least 50"},
    {PlotScale::linear, "linear", "linear"},
    {PlotScale::logarithmic, "log", "logarithmic if all means are positive"},
};
Choices choices_of(PlotScale) { return {"scale", plot_scales}; }

}  // namespace descent::config
