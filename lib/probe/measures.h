#pragma once
// One function per probe, named as in config/choices.cpp, where each is explained.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "probe/probes.h"

namespace descent::probe {

// Called with the layer ("" for the whole network) and the value of each measurement.
using Add = std::function<void(std::string layer, double value)>;

// The gradient of a residual network by the number of branches that a path passes: 0 ... blocks.
struct PathLengths {
  std::vector<double> share;  // of the gradient, by length
  double mean, reach;         // mean length by share; length up to which paths carry 95 %
  double factor;              // of the gradient's norm for each branch passed
};

struct ProbeContext : Subject {
  const DriftState& drift;             // of the last moment
  std::optional<PathLengths> paths{};  // computed when the first probe asks: path_lengths()
};

// Of hidden layers, over the probe batch.
void activation_mean(ProbeContext& context, const Add& add);
void activation_variance(ProbeContext& context, const Add& add);
void activation_histogram(ProbeContext& context, const Add& add);
void variance_factor(ProbeContext& context, const Add& add);
void saturated_fraction(ProbeContext& context, const Add& add);
void dead_fraction(ProbeContext& context, const Add& add);
void batch_mean_spread(ProbeContext& context, const Add& add);
void batch_variance_spread(ProbeContext& context, const Add& add);
void mean_drift(ProbeContext& context, const Add& add);
void sd_drift(ProbeContext& context, const Add& add);
DriftState drift_state(ProbeContext& context);  // for the drift at the next moment

// Of a mixture of experts.
void gate_entropy(ProbeContext& context, const Add& add);
void expert_usage(ProbeContext& context, const Add& add);
void gate_maximum(ProbeContext& context, const Add& add);

void gradient_norm(ProbeContext& context, const Add& add);
void signal_gradient_norm(ProbeContext& context, const Add& add);
void gradient_ratio(ProbeContext& context, const Add& add);

void weight_norm(ProbeContext& context, const Add& add);
void update_ratio(ProbeContext& context, const Add& add);
void unit_distance(ProbeContext& context, const Add& add);
void weight_rank(ProbeContext& context, const Add& add);
void input_condition(ProbeContext& context, const Add& add);

// Trained networks, changed and measured again.
void symmetry_difference(ProbeContext& context, const Add& add);
void lesion_error(ProbeContext& context, const Add& add);
void lesion_worst_error(ProbeContext& context, const Add& add);

// The gradient of a residual network by the length of its paths, as Veit et al. 2016 estimate it (section 4.3): k
// blocks, chosen at random, carry the gradient through their branch alone, the others through their shortcut alone; the
// norm that arrives at the first hidden layer, times the number of paths of that length. Norms count as part of their
// branch.
const PathLengths& path_lengths(ProbeContext& context);

}  // namespace descent::probe
