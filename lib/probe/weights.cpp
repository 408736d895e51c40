// Probes of the weights, and of the inputs of the first layer.

#include <ATen/TensorOperators.h>
#include <ATen/ops/linalg_eigvalsh.h>
#include <ATen/ops/linalg_svdvals.h>

#include <algorithm>
#include <limits>

#include "probe/measures.h"

namespace descent::probe {
namespace {

// The weights of hidden layers as matrices [units, in] or [filters, in * height * width].
template <class Use> void for_each_hidden_weight(const ProbeContext& context, Use use) {
  for (const engine::LayerWeights& weights : context.observation.weights())
    if (weights.hidden) use(weights.layer, weights.values.flatten(1));
}

double epsilon_of(const at::Tensor& values) {
  return values.scalar_type() == at::kDouble ? std::numeric_limits<double>::epsilon()
                                             : static_cast<double>(std::numeric_limits<float>::epsilon());
}

}  // namespace

void weight_norm(ProbeContext& context, const AddValue& add) {
  for (const engine::LayerWeights& weights : context.observation.weights()) add(weights.layer, weights.norm);
}

void update_ratio(ProbeContext& context, const AddValue& add) {
  for (const engine::LayerWeights& weights : context.observation.weights())
    if (weights.update_ratio) add(weights.layer, *weights.update_ratio);
}

void unit_distance(ProbeContext& context, const AddValue& add) {
  for_each_hidden_weight(context, [&](const std::string& layer, const at::Tensor& w) {
    add(layer, (w.amax(0) - w.amin(0)).max().item<double>());
  });
}

void weight_rank(ProbeContext& context, const AddValue& add) {
  for_each_hidden_weight(context, [&](const std::string& layer, const at::Tensor& w) {
    const at::Tensor values = at::linalg_svdvals(w.to(at::kDouble));
    const double tolerance =
        values[0].item<double>() * static_cast<double>(std::max(w.size(0), w.size(1))) * epsilon_of(w);
    add(layer, values.gt(tolerance).sum().item<double>());
  });
}

void input_condition(ProbeContext& context, const AddValue& add) {
  const at::Tensor x = context.observation.inputs().to(at::kDouble).contiguous();
  const at::Tensor values = at::linalg_eigvalsh(x.t().matmul(x));  // in ascending order
  const double smallest = values[0].item<double>(), largest = values[-1].item<double>();
  const double rounding = largest * static_cast<double>(x.size(1)) * std::numeric_limits<double>::epsilon();
  add("", smallest > rounding ? largest / smallest : std::numeric_limits<double>::infinity());
}

}  // namespace descent::probe
