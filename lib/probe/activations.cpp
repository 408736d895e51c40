// What flows forward: over the examples of the probe batch, unit by unit, then averaged over the units of a layer. A
// unit of a convolution is a channel, over examples and places.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "probe/measures.h"

namespace descent::probe {
namespace {

using fused::ActivationKind;

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

template <class T>
double mean_variance(const fused::ActivationView<T>& view) {
  double sum = 0;
  for (const double sd : unit_moments(view).sd) sum += sd * sd;
  return sum / static_cast<double>(view.features);
}

template <class T, class Property>
double share_of_values(const fused::ActivationView<T>& view, Property has) {
  std::int64_t count = 0;
  for (std::int64_t r = 0; r < view.rows; ++r)
    for (std::int64_t u = 0; u < view.features; ++u)
      count += has(static_cast<double>(view.values[r * view.stride + u]));
  return static_cast<double>(count) / static_cast<double>(view.rows * view.features);
}

// "gate" or "expert3": the part of a mixture that a layer belongs to; empty in other networks.
template <class T>
std::string member_of(const Look<T>& look, const std::string& layer) {
  const bool mixture = look.subject.experiment.model.kind == config::ModelKind::mixture_of_experts;
  return mixture ? layer.substr(0, layer.find('.')) : "";
}

// Of each layer with batch norm, over the batches that the probe batch holds, each in the groups that have statistics
// of their own: the root mean square of deviation(group, whole) over groups and units.
template <class T, class Deviation>
void spread(Look<T>& look, const Add& add, Deviation deviation) {
  const config::Experiment& e = look.subject.experiment;
  const std::int64_t groups = e.model.norm.synchronized ? 1 : e.model.norm.statistics_groups;
  const std::int64_t batch = std::min(config::batch_size(e.train, look.subject.train_size), look.rows);
  for (const auto& view : look.views(ActivationKind::norm_input)) {
    const UnitMoments whole = unit_moments(view);
    const std::int64_t size = batch / groups * (view.rows / look.rows), count = view.rows / size;
    double squares = 0;
    std::int64_t units = 0;
    for (std::int64_t g = 0; g < count; ++g) {
      const UnitMoments part = unit_moments(view, g * size, size);
      for (std::size_t u = 0; u < whole.sd.size(); ++u) {
        if (whole.sd[u] == 0) continue;
        const double d = deviation(part, whole, u);
        squares += d * d;
        ++units;
      }
    }
    if (units > 0) add(view.name, std::sqrt(squares / static_cast<double>(units)));
  }
}

// Change of a moment of each unit since the last moment over its sd then, mean of the absolute values; units that
// were constant then are left out.
template <class T>
void drift(Look<T>& look, const Memory& memory, const std::vector<double>& before,
           const std::vector<double> UnitMoments::*moment, const Add& add) {
  if (before.empty()) return;  // the first look
  std::size_t first = 0;
  for (const auto& view : look.views(ActivationKind::pre_activation)) {
    const UnitMoments now = unit_moments(view);
    double sum = 0;
    std::int64_t units = 0;
    for (std::size_t u = 0; u < now.sd.size(); ++u)
      if (const double sd = memory.unit_sds[first + u]; sd > 0) {
        sum += std::abs((now.*moment)[u] - before[first + u]) / sd;
        ++units;
      }
    first += now.sd.size();
    if (units > 0) add(view.name, sum / static_cast<double>(units));
  }
}

// Mean over the examples of what `of(gates, experts)` says of each example's gates.
template <class T, class Function>
double gate_mean(Look<T>& look, Function of) {
  const auto gates = look.views(ActivationKind::gate).front();
  double sum = 0;
  for (std::int64_t r = 0; r < gates.rows; ++r) sum += of(gates.values + r * gates.stride, gates.features);
  return sum / static_cast<double>(gates.rows);
}

}  // namespace

template <class T>
void Activations<T>::activation_mean(Look<T>& look, const Add& add) {
  for (const auto& view : look.views(ActivationKind::activation)) add(view.name, mean_of(unit_moments(view).mean));
}

template <class T>
void Activations<T>::activation_variance(Look<T>& look, const Add& add) {
  for (const auto& view : look.views(ActivationKind::activation)) add(view.name, mean_variance(view));
}

template <class T>
void Activations<T>::variance_factor(Look<T>& look, const Add& add) {
  double below = 0;
  std::string network;
  for (const auto& view : look.views(ActivationKind::activation)) {
    const double variance = mean_variance(view);
    if (below > 0 && member_of(look, view.name) == network) add(view.name, variance / below);
    below = variance;
    network = member_of(look, view.name);
  }
}

template <class T>
void Activations<T>::saturated_fraction(Look<T>& look, const Add& add) {
  constexpr double border = 0.97;
  const config::Model& model = look.subject.experiment.model;
  for (const auto& view : look.views(ActivationKind::activation)) {
    const config::Activation activation =
        member_of(look, view.name) == "gate" ? model.gate.activation : model.activation;
    add(view.name, share_of_values(view, [&](double h) {
      if (activation == config::Activation::relu) return h == 0;
      return std::abs(activation == config::Activation::sigmoid ? 2 * h - 1 : h) > border;
    }));
  }
}

template <class T>
void Activations<T>::dead_fraction(Look<T>& look, const Add& add) {
  for (const auto& view : look.views(ActivationKind::activation)) {
    std::int64_t dead = 0;
    for (std::int64_t u = 0; u < view.features; ++u) {
      bool silent = true;
      for (std::int64_t r = 0; r < view.rows && silent; ++r) silent = view.values[r * view.stride + u] == 0;
      dead += silent;
    }
    add(view.name, static_cast<double>(dead) / static_cast<double>(view.features));
  }
}

template <class T>
void Activations<T>::batch_mean_spread(Look<T>& look, const Add& add) {
  spread(look, add, [](const UnitMoments& part, const UnitMoments& whole, std::size_t u) {
    return (part.mean[u] - whole.mean[u]) / whole.sd[u];
  });
}

template <class T>
void Activations<T>::batch_variance_spread(Look<T>& look, const Add& add) {
  spread(look, add, [](const UnitMoments& part, const UnitMoments& whole, std::size_t u) {
    return std::pow(part.sd[u] / whole.sd[u], 2) - 1;
  });
}

template <class T>
void Activations<T>::mean_drift(Look<T>& look, const Memory& memory, const Add& add) {
  drift(look, memory, memory.unit_means, &UnitMoments::mean, add);
}

template <class T>
void Activations<T>::sd_drift(Look<T>& look, const Memory& memory, const Add& add) {
  drift(look, memory, memory.unit_sds, &UnitMoments::sd, add);
}

template <class T>
void Activations<T>::remember_units(Look<T>& look, Memory& memory) {
  memory = {};
  for (const auto& view : look.views(ActivationKind::pre_activation)) {
    const UnitMoments now = unit_moments(view);
    memory.unit_means.insert(memory.unit_means.end(), now.mean.begin(), now.mean.end());
    memory.unit_sds.insert(memory.unit_sds.end(), now.sd.begin(), now.sd.end());
  }
}

template <class T>
void Gates<T>::gate_entropy(Look<T>& look, const Add& add) {
  add("", gate_mean(look, [](const T* gates, std::int64_t experts) {
    double entropy = 0;
    for (std::int64_t e = 0; e < experts; ++e)
      if (const auto gate = static_cast<double>(gates[e]); gate > 0) entropy -= gate * std::log(gate);
    return entropy;
  }));
}

template <class T>
void Gates<T>::expert_usage(Look<T>& look, const Add& add) {
  for (const auto& view : look.views(ActivationKind::gate)) {
    const std::vector<double> means = unit_moments(view).mean;
    for (std::size_t e = 0; e < means.size(); ++e) add("expert" + std::to_string(e), means[e]);
  }
}

template <class T>
void Gates<T>::gate_maximum(Look<T>& look, const Add& add) {
  add("", gate_mean(look, [](const T* gates, std::int64_t experts) { return *std::max_element(gates, gates + experts); }));
}

template struct Activations<float>;
template struct Activations<double>;
template struct Gates<float>;
template struct Gates<double>;

}  // namespace descent::probe
