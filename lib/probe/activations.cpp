// Activations of the probe batch, unit by unit over the examples, then averaged over the units of a layer. A unit of a
// convolution is a channel, over examples and positions.

#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "config/probe_layers.h"
#include "probe/measures.h"

namespace descent::probe {
namespace {

using plan::ActivationKind;

// Mean and standard deviation of each unit over the rows of [rows, features].
struct UnitMoments {
  std::vector<double> mean, sd;
};

UnitMoments unit_moments(const at::Tensor& values) {
  const at::Tensor dense = values.to(at::kDouble).contiguous();
  const auto units = static_cast<std::size_t>(dense.size(1));
  const std::span all(dense.const_data_ptr<double>(), static_cast<std::size_t>(dense.numel()));
  const auto n = static_cast<double>(dense.size(0));
  UnitMoments moments{std::vector<double>(units), std::vector<double>(units)};
  for (std::size_t r = 0; r < all.size(); r += units)
    for (std::size_t u = 0; u < units; ++u) moments.mean[u] += all[r + u] / n;
  for (std::size_t r = 0; r < all.size(); r += units)
    for (std::size_t u = 0; u < units; ++u) {
      const double d = all[r + u] - moments.mean[u];
      moments.sd[u] += d * d / n;
    }
  for (double& sd : moments.sd) sd = std::sqrt(sd);
  return moments;
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double mean_variance(const at::Tensor& values) {
  double sum = 0;
  for (const double sd : unit_moments(values).sd) sum += sd * sd;
  return sum / static_cast<double>(values.size(1));
}

// "gate" or "expert3": the part of a mixture that a layer belongs to; empty in other networks.
std::string member_of(const ProbeContext& context, const std::string& layer) {
  const bool mixture = context.experiment.model.kind == config::ModelKind::mixture_of_experts;
  return mixture ? layer.substr(0, layer.find('.')) : "";
}

// The activation function behind a hidden layer.
config::Activation function_of(const ProbeContext& context, const std::string& layer) {
  const config::Model& model = context.experiment.model;
  return member_of(context, layer) == "gate" ? model.gate.activation : model.activation;
}

std::pair<double, double> usual_range(config::Activation function) {
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

// Of each layer with batch norm, over the batches that the probe batch holds, each in the groups that have statistics
// of their own: the root mean square of deviation(group, whole) over groups and units.
template <class Deviation> void spread(ProbeContext& context, const Add& add, Deviation deviation) {
  const config::Experiment& e = context.experiment;
  const std::int64_t groups = e.model.norm.synchronized ? 1 : config::statistics_parts(e);
  const std::int64_t rows = context.observation.rows();
  const std::int64_t batch = std::min(config::batch_size(e.train, context.observation.inputs().size(0)), rows);
  for (const auto& [layer, values, gradient_norm] : context.observation.activations(ActivationKind::norm_input)) {
    const UnitMoments whole = unit_moments(values);
    const std::int64_t size = batch / groups * (values.size(0) / rows), count = values.size(0) / size;
    double squares = 0;
    std::int64_t units = 0;
    for (std::int64_t g = 0; g < count; ++g) {
      const UnitMoments part = unit_moments(values.narrow(0, g * size, size));
      for (std::size_t u = 0; u < whole.sd.size(); ++u) {
        if (whole.sd[u] == 0) continue;
        const double d = deviation(part, whole, u);
        squares += d * d;
        ++units;
      }
    }
    if (units > 0) add(layer, std::sqrt(squares / static_cast<double>(units)));
  }
}

// Change of a moment of each unit since the last observation over its sd then, mean of the absolute values; units that
// were constant then are left out.
void drift(ProbeContext& context, const std::vector<double>& before, const std::vector<double> UnitMoments::*moment,
           const Add& add) {
  if (before.empty()) return;  // the first observation
  std::size_t first = 0;
  for (const auto& [layer, values, gradient_norm] : context.observation.activations(ActivationKind::pre_activation)) {
    const UnitMoments now = unit_moments(values);
    double sum = 0;
    std::int64_t units = 0;
    for (std::size_t u = 0; u < now.sd.size(); ++u)
      if (const double sd = context.drift.unit_sds[first + u]; sd > 0) {
        sum += std::abs((now.*moment)[u] - before[first + u]) / sd;
        ++units;
      }
    first += now.sd.size();
    if (units > 0) add(layer, sum / static_cast<double>(units));
  }
}

// Mean over the examples of `of(gates of an example)`.
template <class Function> double gate_mean(ProbeContext& context, Function of) {
  const at::Tensor gates =
      context.observation.activations(ActivationKind::gate).front().values.to(at::kDouble).contiguous();
  const auto experts = static_cast<std::size_t>(gates.size(1));
  const double* values = gates.const_data_ptr<double>();
  double sum = 0;
  for (std::int64_t r = 0; r < gates.size(0); ++r, values += experts) sum += of(std::span(values, experts));
  return sum / static_cast<double>(gates.size(0));
}

}  // namespace

void activation_mean(ProbeContext& context, const Add& add) {
  for (const auto& activation : context.observation.activations(ActivationKind::activation))
    add(activation.layer, mean_of(unit_moments(activation.values).mean));
}

void activation_variance(ProbeContext& context, const Add& add) {
  for (const auto& activation : context.observation.activations(ActivationKind::activation))
    add(activation.layer, mean_variance(activation.values));
}

void activation_histogram(ProbeContext& context, const Add& add) {
  constexpr std::int64_t bins = 40;
  for (const auto& [layer, values, gradient_norm] : context.observation.activations(ActivationKind::activation)) {
    const auto [low, high] = usual_range(function_of(context, layer));
    const at::Tensor counts = values.to(at::kDouble).clamp(low, high).histc(bins, low, high).cpu();
    const double width = (high - low) / bins;
    for (std::int64_t bin = 0; bin < bins; ++bin)
      add(config::name_of(config::Bin{layer, low + (static_cast<double>(bin) + 0.5) * width}),
          counts[bin].item<double>() / static_cast<double>(values.numel()));
  }
}

void variance_factor(ProbeContext& context, const Add& add) {
  double below = 0;
  std::string network;
  for (const auto& activation : context.observation.activations(ActivationKind::activation)) {
    const double variance = mean_variance(activation.values);
    if (below > 0 && member_of(context, activation.layer) == network) add(activation.layer, variance / below);
    below = variance;
    network = member_of(context, activation.layer);
  }
}

void saturated_fraction(ProbeContext& context, const Add& add) {
  constexpr double border = 0.97;
  for (const auto& activation : context.observation.activations(ActivationKind::activation)) {
    const at::Tensor h = activation.values.to(at::kDouble);
    at::Tensor saturated;
    switch (function_of(context, activation.layer)) {
      case config::Activation::relu: saturated = h.eq(0); break;
      case config::Activation::sigmoid: saturated = (2 * h - 1).abs().gt(border); break;
      case config::Activation::tanh:
      case config::Activation::leaky_relu:
      case config::Activation::gelu:
      case config::Activation::silu:
      case config::Activation::identity: saturated = h.abs().gt(border); break;
    }
    add(activation.layer, saturated.sum().item<double>() / static_cast<double>(h.numel()));
  }
}

void dead_fraction(ProbeContext& context, const Add& add) {
  for (const auto& activation : context.observation.activations(ActivationKind::activation))
    add(activation.layer,
        activation.values.eq(0).all(0).sum().item<double>() / static_cast<double>(activation.values.size(1)));
}

void batch_mean_spread(ProbeContext& context, const Add& add) {
  spread(context, add, [](const UnitMoments& part, const UnitMoments& whole, std::size_t u) {
    return (part.mean[u] - whole.mean[u]) / whole.sd[u];
  });
}

void batch_variance_spread(ProbeContext& context, const Add& add) {
  spread(context, add, [](const UnitMoments& part, const UnitMoments& whole, std::size_t u) {
    return std::pow(part.sd[u] / whole.sd[u], 2) - 1;
  });
}

void mean_drift(ProbeContext& context, const Add& add) {
  drift(context, context.drift.unit_means, &UnitMoments::mean, add);
}

void sd_drift(ProbeContext& context, const Add& add) { drift(context, context.drift.unit_sds, &UnitMoments::sd, add); }

DriftState drift_state(ProbeContext& context) {
  DriftState state;
  for (const auto& activation : context.observation.activations(ActivationKind::pre_activation)) {
    const UnitMoments now = unit_moments(activation.values);
    state.unit_means.insert(state.unit_means.end(), now.mean.begin(), now.mean.end());
    state.unit_sds.insert(state.unit_sds.end(), now.sd.begin(), now.sd.end());
  }
  return state;
}

void gate_entropy(ProbeContext& context, const Add& add) {
  add("", gate_mean(context, [](std::span<const double> gates) {
        double entropy = 0;
        for (const double gate : gates)
          if (gate > 0) entropy -= gate * std::log(gate);
        return entropy;
      }));
}

void expert_usage(ProbeContext& context, const Add& add) {
  for (const auto& activation : context.observation.activations(ActivationKind::gate)) {
    const std::vector<double> means = unit_moments(activation.values).mean;
    for (std::size_t e = 0; e < means.size(); ++e) add("expert" + std::to_string(e), means[e]);
  }
}

void gate_maximum(ProbeContext& context, const Add& add) {
  add("", gate_mean(context, [](std::span<const double> gates) { return std::ranges::max(gates); }));
}

}  // namespace descent::probe
