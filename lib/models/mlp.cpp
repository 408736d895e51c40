#include "models/mlp.h"

#include <torch/types.h>

#include "plan/layers.h"

namespace descent::models {

using plan::ActivationKind;

MlpImpl::MlpImpl(const config::Model& model, std::int64_t inputs, std::int64_t outputs, std::int64_t replicas)
    : Network(replicas, model) {
  const std::vector<std::int64_t> widths = config::hidden_widths(model);
  std::int64_t in = inputs;
  for (std::size_t i = 0; i <= widths.size(); ++i) {
    const std::int64_t out = i < widths.size() ? widths[i] : outputs;
    const bool inner = i > 0 && i < widths.size();
    const std::string number = std::to_string(i);
    linears_.push_back(register_module(
        "linear" + number,
        Linear(replicas, in, out,
               LinearOptions{.initial_scale = inner && model.residual ? plan::branch_scale(model) : 1})));
    block_of_.push_back(inner && in == out ? blocks_++ : -1);
    const bool has_norm = i < widths.size() && model.norm.kind != config::NormKind::none;
    norms_.push_back(has_norm ? register_module("norm" + number, Norm(replicas, 0, model.norm, out)) : nullptr);
    in = out;
  }
  initialize_all(model.init);
}

at::Tensor MlpImpl::forward(const at::Tensor& input) {
  at::Tensor x = input, sum;
  for (std::size_t i = 0; i + 1 < linears_.size(); ++i)
    if (!skips(block_of_[i]) || model_.residual) x = dropout(static_cast<std::int64_t>(i), hidden(i, x, sum));
  x = linears_.back()->forward(x);
  add_record("linear" + std::to_string(linears_.size() - 1), ActivationKind::output, x);
  return x;
}

// `sum`: in a residual network, the sum of the linear maps so far, which is the input of the shortcut.
at::Tensor MlpImpl::hidden(std::size_t i, const at::Tensor& x, at::Tensor& sum) {
  at::Tensor z = linears_[i]->forward(x);
  if (model_.residual) z = sum = i == 0 ? z : add_branch(block_of_[i], sum, z);
  else if (path(block_of_[i]) == plan::ResidualPath::shortcut) z = z.detach();
  const std::string name = "linear" + std::to_string(i);
  add_record(name, ActivationKind::linear, z);
  return normalize_and_activate(norms_[i], name, z);
}

}  // namespace descent::models
