// Gradients of the mean loss of the probe batch.

#include "probe/measures.h"

namespace descent::probe {

using plan::ActivationKind;

void gradient_norm(ProbeContext& context, const AddValue& add) {
  const std::vector<double> norms = context.observation.weight_gradient_norms();
  std::size_t i = 0;
  for (const engine::LayerWeights& weights : context.observation.weights()) add(weights.layer, norms[i++]);
}

void signal_gradient_norm(ProbeContext& context, const AddValue& add) {
  for (const auto& output : context.observation.activations(ActivationKind::linear))
    add(output.layer, output.gradient_norm);
}

void gradient_ratio(ProbeContext& context, const AddValue& add) {
  const auto outputs = context.observation.activations(ActivationKind::linear);
  if (outputs.empty()) return;
  if (const double last = outputs.back().gradient_norm; last > 0) add("", outputs.front().gradient_norm / last);
}

}  // namespace descent::probe
