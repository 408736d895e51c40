#pragma once
// One function per probe, with the name in config/choices.cpp, where it is explained.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "probe/probes.h"

namespace descent::probe {

// Receives each measurement: the layer ("" for the whole network) and the value.
using AddValue = std::function<void(std::string layer, double value)>;

// The gradient of a residual network by path length, the number of branches on a path: 0 ... blocks.
struct PathLengths {
  std::vector<double> share;  // of the gradient, by length
  double mean, reach;         // mean length, weighted by share; length up to which paths carry 95 %
  double factor;              // on the norm of the gradient, per branch
};

struct ProbeContext : MeasuredNetwork {
  const DriftState& drift;             // of the previous observation
  std::optional<PathLengths> paths{};  // computed by the first call of path_lengths()
};

// Hidden layers.
void activation_mean(ProbeContext& context, const AddValue& add);
void activation_variance(ProbeContext& context, const AddValue& add);
void activation_histogram(ProbeContext& context, const AddValue& add);
void variance_factor(ProbeContext& context, const AddValue& add);
void saturated_fraction(ProbeContext& context, const AddValue& add);
void dead_fraction(ProbeContext& context, const AddValue& add);
void batch_mean_spread(ProbeContext& context, const AddValue& add);
void batch_variance_spread(ProbeContext& context, const AddValue& add);
void mean_drift(ProbeContext& context, const AddValue& add);
void sd_drift(ProbeContext& context, const AddValue& add);
DriftState drift_state(ProbeContext& context);  // for the next observation

// Mixtures of experts.
void gate_entropy(ProbeContext& context, const AddValue& add);
void expert_usage(ProbeContext& context, const AddValue& add);
void gate_maximum(ProbeContext& context, const AddValue& add);

void gradient_norm(ProbeContext& context, const AddValue& add);
void signal_gradient_norm(ProbeContext& context, const AddValue& add);
void gradient_ratio(ProbeContext& context, const AddValue& add);

void weight_norm(ProbeContext& context, const AddValue& add);
void update_ratio(ProbeContext& context, const AddValue& add);
void unit_distance(ProbeContext& context, const AddValue& add);
void weight_rank(ProbeContext& context, const AddValue& add);
void input_condition(ProbeContext& context, const AddValue& add);

// Trained networks, measured again after a change.
void symmetry_difference(ProbeContext& context, const AddValue& add);
void lesion_error(ProbeContext& context, const AddValue& add);
void lesion_worst_error(ProbeContext& context, const AddValue& add);

// The gradient by path length, estimated like Veit et al. 2016 (section 4.3): for k random blocks the gradient flows
// only through the branch, for the others only through the shortcut. The contribution of length k is the norm at the
// first hidden layer times the number of paths of that length. Norms are part of their branch.
const PathLengths& path_lengths(ProbeContext& context);

}  // namespace descent::probe
