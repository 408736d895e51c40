// Probes of activations: computed for each unit over the examples of the probe batch, then averaged over the units of a
// layer. A unit of a convolution is a channel, over examples and positions.

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/special_entr.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

#include "config/probe_layers.h"
#include "probe/measures.h"

namespace descent::probe {
namespace {

using plan::ActivationKind;

// Mean and standard deviation of each unit over the rows of [rows, units]: [units] float64.
struct UnitMoments {
  at::Tensor mean, sd;
};

UnitMoments unit_moments(const at::Tensor& values) {
  const at::Tensor x = values.to(at::kDouble);
  return {x.mean(0), x.std(0, /*unbiased=*/false)};
}

double mean_variance(const at::Tensor& values) { return unit_moments(values).sd.square().mean().item<double>(); }

// The part of a mixture of experts that a layer belongs to, "gate" or "expert3"; empty in other networks.
std::string mixture_part(const ProbeContext& context, const std::string& layer) {
  const bool mixture = context.experiment.model.kind == config::ModelKind::mixture_of_experts;
  return mixture ? layer.substr(0, layer.find('.')) : "";
}

// The activation function after a hidden layer.
config::Activation activation_function(const ProbeContext& context, const std::string& layer) {
  const config::Model& model = context.experiment.model;
  return mixture_part(context, layer) == "gate" ? model.gate.activation : model.activation;
}

std::pair<double, double> histogram_range(config::Activation function) {
  switch (function) {
    case config::Activation::tanh: return {-1, 1};
    case config::Activation::sigmoid: return {0, 1};
    case config::Activation::relu: return {0, 4};
    case config::Activation::leaky_relu:
    case config::Activation::gelu:
    case config::Activation::silu:
    case config::Activation::identity: return {-4, 4};
  }
  __builtin_unreachable();
}

// Root mean square of deviation(group, whole) over groups and units, for each layer with batch norm. The groups are
// those with separate statistics in the batches that the probe batch consists of.
template <class Deviation> void spread(ProbeContext& context, const AddValue& add, Deviation deviation) {
  const config::Experiment& e = context.experiment;
  const std::int64_t groups = e.model.norm.synchronized ? 1 : config::statistics_parts(e);
  const std::int64_t rows = context.observation.rows();
  const std::int64_t batch = std::min(config::batch_size(e.train, context.observation.inputs().size(0)), rows);
  for (const auto& [layer, values, gradient_norm] : context.observation.activations(ActivationKind::norm_input)) {
    const UnitMoments whole = unit_moments(values);
    const at::Tensor varies = whole.sd.ne(0);
    const std::int64_t size = batch / groups * (values.size(0) / rows), count = values.size(0) / size;
    std::vector<at::Tensor> deviations;
    for (std::int64_t g = 0; g < count; ++g)
      deviations.push_back(deviation(unit_moments(values.narrow(0, g * size, size)), whole).masked_select(varies));
    const at::Tensor all = at::cat(deviations);
    if (all.numel() > 0) add(layer, all.square().mean().sqrt().item<double>());
  }
}

// Mean absolute change of a moment since the previous observation, in units of its sd then; skips constant units.
void drift(ProbeContext& context, const std::vector<double>& previous, const at::Tensor UnitMoments::*moment,
           const AddValue& add) {
  if (previous.empty()) return;  // the first observation
  const at::Tensor all_previous = at::tensor(previous, at::kDouble),
                   all_sds = at::tensor(context.drift.unit_sds, at::kDouble);
  std::int64_t first = 0;
  for (const auto& [layer, values, gradient_norm] : context.observation.activations(ActivationKind::pre_activation)) {
    const at::Tensor now = unit_moments(values).*moment, sd = all_sds.narrow(0, first, now.numel());
    const at::Tensor changes = ((now - all_previous.narrow(0, first, now.numel())).abs() / sd).masked_select(sd.gt(0));
    first += now.numel();
    if (changes.numel() > 0) add(layer, changes.mean().item<double>());
  }
}

// [examples, experts]
at::Tensor gates(ProbeContext& context) {
  return context.observation.activations(ActivationKind::gate).front().values.to(at::kDouble);
}

}  // namespace

void activation_mean(ProbeContext& context, const AddValue& add) {
  for (const auto& activation : context.observation.activations(ActivationKind::activation))
    add(activation.layer, activation.values.to(at::kDouble).mean().item<double>());
}

void activation_variance(ProbeContext& context, const AddValue& add) {
  for (const auto& activation : context.observation.activations(ActivationKind::activation))
    add(activation.layer, mean_variance(activation.values));
}

void activation_histogram(ProbeContext& context, const AddValue& add) {
  constexpr std::int64_t bins = 40;
  for (const auto& [layer, values, gradient_norm] : context.observation.activations(ActivationKind::activation)) {
    const auto [low, high] = histogram_range(activation_function(context, layer));
    const at::Tensor counts = values.to(at::kDouble).clamp(low, high).histc(bins, low, high).cpu();
    const double width = (high - low) / bins;
    for (std::int64_t bin = 0; bin < bins; ++bin)
      add(config::name_of(config::Bin{layer, low + (static_cast<double>(bin) + 0.5) * width}),
          counts[bin].item<double>() / static_cast<double>(values.numel()));
  }
}

void variance_factor(ProbeContext& context, const AddValue& add) {
  double previous = 0;
  std::string part;
  for (const auto& activation : context.observation.activations(ActivationKind::activation)) {
    const double variance = mean_variance(activation.values);
    if (previous > 0 && mixture_part(context, activation.layer) == part) add(activation.layer, variance / previous);
    previous = variance;
    part = mixture_part(context, activation.layer);
  }
}

void saturated_fraction(ProbeContext& context, const AddValue& add) {
  constexpr double threshold = 0.97;
  for (const auto& activation : context.observation.activations(ActivationKind::activation)) {
    const at::Tensor h = activation.values.to(at::kDouble);
    at::Tensor saturated;
    switch (activation_function(context, activation.layer)) {
      case config::Activation::relu: saturated = h.eq(0); break;
      case config::Activation::sigmoid: saturated = (2 * h - 1).abs().gt(threshold); break;
      case config::Activation::tanh:
      case config::Activation::leaky_relu:
      case config::Activation::gelu:
      case config::Activation::silu:
      case config::Activation::identity: saturated = h.abs().gt(threshold); break;
    }
    add(activation.layer, saturated.sum().item<double>() / static_cast<double>(h.numel()));
  }
}

void dead_fraction(ProbeContext& context, const AddValue& add) {
  for (const auto& activation : context.observation.activations(ActivationKind::activation))
    add(activation.layer,
        activation.values.eq(0).all(0).sum().item<double>() / static_cast<double>(activation.values.size(1)));
}

void batch_mean_spread(ProbeContext& context, const AddValue& add) {
  spread(context, add,
         [](const UnitMoments& part, const UnitMoments& whole) { return (part.mean - whole.mean) / whole.sd; });
}

void batch_variance_spread(ProbeContext& context, const AddValue& add) {
  spread(context, add,
         [](const UnitMoments& part, const UnitMoments& whole) { return (part.sd / whole.sd).square() - 1; });
}

void mean_drift(ProbeContext& context, const AddValue& add) {
  drift(context, context.drift.unit_means, &UnitMoments::mean, add);
}

void sd_drift(ProbeContext& context, const AddValue& add) {
  drift(context, context.drift.unit_sds, &UnitMoments::sd, add);
}

DriftState drift_state(ProbeContext& context) {
  DriftState state;
  const auto append = [](std::vector<double>& all, const at::Tensor& of_layer) {
    all.insert(all.end(), of_layer.const_data_ptr<double>(), of_layer.const_data_ptr<double>() + of_layer.numel());
  };
  for (const auto& activation : context.observation.activations(ActivationKind::pre_activation)) {
    const UnitMoments now = unit_moments(activation.values);
    append(state.unit_means, now.mean);
    append(state.unit_sds, now.sd);
  }
  return state;
}

void gate_entropy(ProbeContext& context, const AddValue& add) {
  add("", at::special_entr(gates(context)).sum(1).mean().item<double>());
}

void expert_usage(ProbeContext& context, const AddValue& add) {
  const at::Tensor means = gates(context).mean(0);
  for (std::int64_t e = 0; e < means.numel(); ++e) add("expert" + std::to_string(e), means[e].item<double>());
}

void gate_maximum(ProbeContext& context, const AddValue& add) { add("", gates(context).amax(1).mean().item<double>()); }

}  // namespace descent::probe
