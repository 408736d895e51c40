#include "engine/torch/optimizer.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>

#include "plan/memory.h"

namespace descent::engine {

using config::OptimizerName;

namespace {

// Views of one flat tensor of zeros, with the sizes of `tensors`.
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
}

std::vector<at::Tensor> Optimizer::moments() const {
  std::vector<at::Tensor> all;
  for (const std::vector<at::Tensor>& moment : moments_) all.insert(all.end(), moment.begin(), moment.end());
  return all;
}

std::vector<Optimizer::Group> Optimizer::groups(std::int64_t step) const {
  std::vector<Group> groups;
  for (std::size_t r = 0; r < replicas_.size(); ++r) {
    const double rate = replicas_[r]->learning_rate(step),
                 decay = replicas_[r]->experiment->train.optimizer.weight_decay;
    if (!groups.empty() && groups.back().learning_rate == rate && groups.back().weight_decay == decay)
      ++groups.back().count;
    else groups.push_back({static_cast<std::int64_t>(r), 1, rate, decay});
  }
  return groups;
}

void Optimizer::step(const std::vector<Group>& groups, const at::Tensor& updates, const at::Tensor& learning_rates) {
  const torch::NoGradGuard no_grad;
  const bool separate = config_.decay_on == config::DecayOn::weights &&
                        std::ranges::any_of(groups, [](const Group& group) { return group.weight_decay != 0; });
  for (const Group& group : groups) {
    const auto update_group = [&](bool weights, bool others, double weight_decay) {
      const Tensors tensors = selected(group, weights, others);
      if (tensors.parameters.empty()) return;
      if (learning_rates.defined()) update(tensors, learning_rates[group.first], weight_decay, updates);
      else update(tensors, group.learning_rate, weight_decay, updates);
    };
    update_group(true, !separate, group.weight_decay);
    if (separate) update_group(false, true, 0);
  }
  for (at::Tensor& parameter : parameters_) parameter.mutable_grad().reset();
}

Optimizer::Tensors Optimizer::selected(const Group& group, bool weights, bool others) const {
  Tensors chosen;
  chosen.moments.resize(moments_.size());
  const auto of_group = [&](const at::Tensor& tensor) {
    return group.count == tensor.size(0) ? tensor : tensor.narrow(0, group.first, group.count);
  };
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const bool is_weight = parameters_[i].dim() > 2;  // biases and norms are [R, C]
    if (!(is_weight ? weights : others)) continue;
    chosen.parameters.push_back(of_group(parameters_[i]));
    chosen.gradients.push_back(of_group(parameters_[i].grad()));
    for (std::size_t m = 0; m < moments_.size(); ++m) chosen.moments[m].push_back(of_group(moments_[m][i]));
  }
  return chosen;
}

// `learning_rate`: a number, or a tensor [].
template <class Rate>
void Optimizer::update(const Tensors& tensors, const Rate& learning_rate, double weight_decay,
                       const at::Tensor& updates) {
  const auto& [parameters, gradients, moments] = tensors;
  const std::vector<at::Tensor> counts(parameters.size(), updates);
  const auto [beta1, beta2] = config_.betas;
  switch (config_.name) {
    case OptimizerName::sgd:  // momentum buffers start at 0, so the first step is no special case
      return at::_fused_sgd_(parameters, gradients, moments.empty() ? at::TensorList() : moments[0], weight_decay,
                             config_.momentum, learning_rate, 0, config_.nesterov, false, false);
    case OptimizerName::adam:
      return at::_fused_adam_(parameters, gradients, moments[0], moments[1], {}, counts, learning_rate, beta1, beta2,
                              weight_decay, config_.eps, false, false);
    case OptimizerName::adamw:
      return at::_fused_adamw_(parameters, gradients, moments[0], moments[1], {}, counts, learning_rate, beta1, beta2,
                               weight_decay, config_.eps, false, false);
  }
}

}  // namespace descent::engine
