#include "probe/probes.h"

#include <algorithm>
#include <array>

#include "probe/measures.h"

namespace descent::probe {
namespace {

using config::ProbeName;

void measure_one(ProbeName name, ProbeContext& context, const AddValue& add) {
  switch (name) {
    case ProbeName::activation_mean: return activation_mean(context, add);
    case ProbeName::activation_variance: return activation_variance(context, add);
    case ProbeName::activation_histogram: return activation_histogram(context, add);
    case ProbeName::variance_factor: return variance_factor(context, add);
    case ProbeName::saturated_fraction: return saturated_fraction(context, add);
    case ProbeName::dead_fraction: return dead_fraction(context, add);
    case ProbeName::batch_mean_spread: return batch_mean_spread(context, add);
    case ProbeName::batch_variance_spread: return batch_variance_spread(context, add);
    case ProbeName::mean_drift: return mean_drift(context, add);
    case ProbeName::sd_drift: return sd_drift(context, add);
    case ProbeName::gate_entropy: return gate_entropy(context, add);
    case ProbeName::expert_usage: return expert_usage(context, add);
    case ProbeName::gate_maximum: return gate_maximum(context, add);
    case ProbeName::gradient_norm: return gradient_norm(context, add);
    case ProbeName::signal_gradient_norm: return signal_gradient_norm(context, add);
    case ProbeName::gradient_ratio: return gradient_ratio(context, add);
    case ProbeName::weight_norm: return weight_norm(context, add);
    case ProbeName::update_ratio: return update_ratio(context, add);
    case ProbeName::unit_distance: return unit_distance(context, add);
    case ProbeName::weight_rank: return weight_rank(context, add);
    case ProbeName::path_share:
      for (std::size_t k = 0; k < path_lengths(context).share.size(); ++k)
        add("length=" + std::to_string(k), path_lengths(context).share[k]);
      return;
    case ProbeName::path_length: return add("", path_lengths(context).mean);
    case ProbeName::path_reach: return add("", path_lengths(context).reach);
    case ProbeName::path_factor: return add("", path_lengths(context).factor);
    case ProbeName::input_condition: return input_condition(context, add);
    case ProbeName::symmetry_difference: return symmetry_difference(context, add);
    case ProbeName::restored_difference: return;  // measured by train::StackRun after the weights are restored
    case ProbeName::lesion_error: return lesion_error(context, add);
    case ProbeName::lesion_worst_error: return lesion_worst_error(context, add);
  }
}

}  // namespace

bool is_taken_at_the_end(ProbeName name) {
  constexpr std::array at_the_end{ProbeName::input_condition, ProbeName::symmetry_difference,
                                  ProbeName::restored_difference, ProbeName::lesion_error,
                                  ProbeName::lesion_worst_error};
  return std::ranges::find(at_the_end, name) != at_the_end.end();
}

void measure(const MeasuredNetwork& network, bool due, bool at_end, DriftState& drift,
             const std::function<void(ProbeName, std::string, double)>& add) {
  ProbeContext context{network, drift};
  bool drifts = false;
  for (const ProbeName name : network.experiment.probes.names) {
    if (!(is_taken_at_the_end(name) ? at_end : due)) continue;
    drifts |= name == ProbeName::mean_drift || name == ProbeName::sd_drift;
    measure_one(name, context, [&](std::string layer, double value) { add(name, std::move(layer), value); });
  }
  if (drifts) drift = drift_state(context);
}

}  // namespace descent::probe
