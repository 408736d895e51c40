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
    {EngineKind::automatic, "auto", "fused where it can run the experiment, otherwise torch"},
    {EngineKind::torch, "torch", "modules of LibTorch with autograd; any device and precision"},
    {EngineKind::fused, "fused", "explicit forward and backward passes over vector kernels; CPU, float32 and float64"},
};
Choices choices_of(EngineKind) { return {"engine", engines}; }

constexpr Choice devices[] = {
    {DeviceKind::cpu, "cpu", "the CPU; one thread per run unless train.threads is larger"},
    {DeviceKind::cuda, "cuda", "all NVIDIA GPUs, a stack of runs on each; \"cuda:1\" is the second one alone"},
    {DeviceKind::automatic, "auto", "cuda where Descent is built with CUDA and the machine has a GPU, otherwise cpu"},
};
Choices choices_of(DeviceKind) { return {"device", devices}; }

constexpr Choice precisions[] = {
    {Precision::float32, "float32", "single precision, about 7 digits; on a GPU without TF32", "IEEE 754"},
    {Precision::tf32, "tf32", "float32, with the inputs of matrix products and convolutions rounded to about 3 digits",
     "NVIDIA 2020"},
    {Precision::bf16, "bf16", "autocast to bfloat16, about 3 digits; weights and optimizer in float32",
     "Kalamkar et al. 2019"},
    {Precision::float64, "float64", "double precision, about 16 digits, slower", "IEEE 754"},
};
Choices choices_of(Precision) { return {"precision", precisions}; }

constexpr Choice ensembles[] = {
    {EnsembleOf::none, "none", "no ensembles"},
    {EnsembleOf::seeds, "seeds", "networks of one point that differ in their seeds; with data.bootstrap: bagging",
     "Lakshminarayanan et al. 2017"},
    {EnsembleOf::points, "points", "networks of different points of the sweep, with one seed",
     "Hansen and Salamon 1990"},
};
Choices choices_of(EnsembleOf) { return {"kind of ensemble", ensembles}; }

constexpr Choice probe_moments[] = {
    {ProbeMoment::evaluations, "evaluations", "at every evaluation"},
    {ProbeMoment::start, "start", "at initialization"},
    {ProbeMoment::end, "end", "at the last evaluation"},
    {ProbeMoment::start_and_end, "start_and_end", "at initialization and at the last evaluation"},
};
Choices choices_of(ProbeMoment) { return {"moment", probe_moments}; }

constexpr Choice chart_kinds[] = {
    {ChartKind::metric, "metric", "a chart of its own, of the key metric"},
    {ChartKind::final_values, "final_values", "final errors and losses against the factors"},
    {ChartKind::heat_maps, "heat_maps", "a factor against time, or two factors, as colors"},
    {ChartKind::differences, "differences", "paired differences between the values of a factor"},
    {ChartKind::bias_variance, "bias_variance", "bias and variance"},
    {ChartKind::ensembles, "ensembles", "scores of ensembles by size"},
    {ChartKind::probes, "probes", "what the probes measured"},
    {ChartKind::curves, "learning_curves", "errors and losses over time"},
};
Choices choices_of(ChartKind) { return {"chart", chart_kinds}; }

constexpr Choice plot_scales[] = {
    {PlotScale::automatic, "auto", "logarithmic where the means span a factor of 50 or more"},
    {PlotScale::linear, "linear", "linear"},
    {PlotScale::logarithmic, "log", "logarithmic where all means are positive"},
};
Choices choices_of(PlotScale) { return {"scale", plot_scales}; }

}  // namespace descent::config
