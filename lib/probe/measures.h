#pragma once
// One function per probe, named as in config/probe_choices.cpp, where each is explained.

#include "probe/look.h"

namespace descent::probe {

// Of hidden layers, over the probe batch.
template <class T>
struct Activations {
  static void activation_mean(Look<T>& look, const Add& add);
  static void activation_variance(Look<T>& look, const Add& add);
  static void variance_factor(Look<T>& look, const Add& add);
  static void saturated_fraction(Look<T>& look, const Add& add);
  static void dead_fraction(Look<T>& look, const Add& add);
  static void batch_mean_spread(Look<T>& look, const Add& add);
  static void batch_variance_spread(Look<T>& look, const Add& add);
  static void mean_drift(Look<T>& look, const Memory& memory, const Add& add);
  static void sd_drift(Look<T>& look, const Memory& memory, const Add& add);
  static void remember_units(Look<T>& look, Memory& memory);  // for the drift at the next moment
};

// Of a mixture of experts.
template <class T>
struct Gates {
  static void gate_entropy(Look<T>& look, const Add& add);
  static void expert_usage(Look<T>& look, const Add& add);
  static void gate_maximum(Look<T>& look, const Add& add);
};

template <class T>
struct Gradients {
  static void gradient_norm(Look<T>& look, const Add& add);
  static void signal_gradient_norm(Look<T>& look, const Add& add);
  static void gradient_ratio(Look<T>& look, const Add& add);
};

template <class T>
struct Weights {
  static void weight_norm(Look<T>& look, const Add& add);
  static void update_ratio(Look<T>& look, const Add& add);
  static void unit_distance(Look<T>& look, const Add& add);
  static void weight_rank(Look<T>& look, const Add& add);
  static void input_condition(Look<T>& look, const Add& add);
};

// Trained networks, changed and measured again.
template <class T>
struct Trained {
  static void symmetry_difference(Look<T>& look, const Add& add);
  static void lesion_error(Look<T>& look, const Add& add);
  static void lesion_worst_error(Look<T>& look, const Add& add);
};

// The gradient of a residual network by the length of its paths, as Veit et al. 2016 estimate it (section 4.3): k
// blocks, chosen at random, pass the gradient through their branch alone, the others around it alone; the norm that
// arrives at the first hidden layer, times the number of paths of that length. Norms count as part of their branch.
template <class T>
PathLengths path_lengths(Look<T>& look);

}  // namespace descent::probe
