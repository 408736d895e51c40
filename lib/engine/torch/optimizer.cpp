#include "engine/torch/optimizer.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>

#include "plan/memory.h"

namespace descent::engine {

using config::OptimizerName;

namespace {

// Views of one flat tensor of zeros with the sizes of these.
std::vector<at::Tensor> flat_like(const std::vector<at::Tensor>& tensors) {
  std::int64_t size = 0, offset = 0;
  for (const at::Tensor& tensor : tensors) size += tensor.numel();
  const at::Tensor flat = torch::zeros({size}, tensors.front().options().requires_grad(false));
  std::vector<at::Tensor> views;
  for (const at::Tensor& tensor : tensors) {
    views.push_back(flat.narrow(0, offset, tensor.numel()).view(tensor.sizes()));
    offset += tensor.numel();
  }
  return views;
}

}  // namespace

Optimizer::Optimizer(std::vector<const Replica*> replicas, models::Network& network)
    : replicas_(std::move(replicas)), config_(replicas_.front()->experiment->train.optimizer),
      parameters_(network.parameters()) {
  const std::vector<at::Tensor> flat = flat_like(parameters_);
  for (std::size_t i = 0; i < flat.size(); ++i) {
    flat[i].copy_(parameters_[i].detach());
    parameters_[i].set_data(flat[i]);
  }
  for (std::int64_t m = 0; m < plan::moment_count(config_); ++m) moments_.push_back(flat_like(parameters_));
  steps_ = torch::zeros({}, parameters_.front().options().dtype(at::kFloat).requires_grad(false));
}

std::vector<at::Tensor> Optimizer::moments() const {
  std::vector<at::Tensor> all;
  for (const std::vector<at::Tensor>& moment : moments_) all.insert(all.end(), moment.begin(), moment.end());
  return all;
}

void Optimizer::step(std::int64_t step) {
  const torch::NoGradGuard no_grad;
  std::vector<double> rates, decays;
  for (const Replica* replica : replicas_) {
    rates.push_back(replica->learning_rate(step));
    decays.push_back(replica->experiment->train.optimizer.weight_decay);
  }
  const bool apart = config_.decay_on == config::DecayOn::weights &&
                     std::ranges::any_of(decays, [](double decay) { return decay != 0; });
  steps_.fill_(static_cast<double>(step + 1));
  const std::size_t count = rates.size();
  for (std::size_t first = 0, end = 1; first < count; first = end, ++end) {
    while (end < count && rates[end] == rates[first] && decays[end] == decays[first]) ++end;
    const Range range{static_cast<std::int64_t>(first), static_cast<std::int64_t>(end - first)};
    update(selected(true, !apart, range), rates[first], decays[first], step);
    if (apart) update(selected(false, true, range), rates[first], 0, step);
  }
  for (at::Tensor& parameter : parameters_) parameter.mutable_grad().reset();
}

Optimizer::Tensors Optimizer::selected(bool weights, bool others, const Range& range) const {
  Tensors chosen;
  chosen.moments.resize(moments_.size());
  const auto of_range = [&](const at::Tensor& tensor) {
    return range.count == tensor.size(0) ? tensor : tensor.narrow(0, range.first, range.count);
  };
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const bool is_weight = parameters_[i].dim() > 2;  // biases and norms are [R, C]
    if (!(is_weight ? weights : others)) continue;
    chosen.parameters.push_back(of_range(parameters_[i]));
    chosen.gradients.push_back(of_range(parameters_[i].grad()));
    for (std::size_t m = 0; m < moments_.size(); ++m) chosen.moments[m].push_back(of_range(moments_[m][i]));
  }
  return chosen;
}

void Optimizer::update(const Tensors& tensors, double lr, double weight_decay, std::int64_t step) {
  const auto& [parameters, gradients, moments] = tensors;
  if (parameters.empty()) return;
  const std::vector<at::Tensor> steps(parameters.size(), steps_);
  const auto [beta1, beta2] = config_.betas;
  switch (config_.name) {
    case OptimizerName::sgd:
      return at::_fused_sgd_(parameters, gradients, moments.empty() ? at::TensorList() : moments[0], weight_decay,
                             config_.momentum, lr, 0, config_.nesterov, false, step == 0);
    case OptimizerName::adam:
      return at::_fused_adam_(parameters, gradients, moments[0], moments[1], {}, steps, lr, beta1, beta2, weight_decay,
                              config_.eps, false, false);
    case OptimizerName::adamw:
      return at::_fused_adamw_(parameters, gradients, moments[0], moments[1], {}, steps, lr, beta1, beta2, weight_decay,
                               config_.eps, false, false);
  }
}

}  // namespace descent::engine
