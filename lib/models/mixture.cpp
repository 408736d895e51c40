#include "models/mixture.h"

#include <torch/types.h>

#include <cmath>
#include <limits>
#include <numbers>

namespace descent::models {

using plan::ActivationKind;

MixtureOfExpertsImpl::MixtureOfExpertsImpl(const config::Model& model, std::int64_t inputs, std::int64_t outputs,
                                           std::int64_t replicas, config::LossKind loss)
    : Network(replicas, model), mixes_probabilities_(loss == config::LossKind::cross_entropy) {
  gate_ = register_module("gate", Mlp(config::gate_model(model), inputs, model.experts.count, replicas));
  for (std::int64_t i = 0; i < model.experts.count; ++i)
    experts_.push_back(
        register_module("expert" + std::to_string(i), Mlp(config::expert_model(model), inputs, outputs, replicas)));
  initialize_all(model.init);
}

at::Tensor MixtureOfExpertsImpl::forward(const at::Tensor& x) {
  log_gates_ = torch::log_softmax(masked(run("gate", gate_, x)), -1);
  add_record("gate", ActivationKind::gate, log_gates_.exp());
  std::vector<at::Tensor> outputs;
  for (std::size_t i = 0; i < experts_.size(); ++i)
    outputs.push_back(run("expert" + std::to_string(i), experts_[i], x));
  outputs_ = torch::stack(outputs, 2);
  const at::Tensor y = mixes_probabilities_
                           ? torch::logsumexp(log_gates_.unsqueeze(3) + torch::log_softmax(outputs_, -1), 2)
                           : (log_gates_.exp().unsqueeze(3) * outputs_).sum(2);
  add_record("mixture", ActivationKind::output, y);
  return y;
}

at::Tensor MixtureOfExpertsImpl::run(const std::string& name, Mlp& part, const at::Tensor& x) {
  std::vector<Activation> activations;
  part->record(&activations);
  const at::Tensor y = part->forward(x).to(x.scalar_type());  // also under autocast
  part->record(nullptr);
  for (const Activation& activation : activations)
    add_record(name + "." + activation.layer, activation.kind, activation.values);
  return y;
}

// Masks all but the top_k largest logits of each example, the first of equal ones, so that their gates are exactly 0.
at::Tensor MixtureOfExpertsImpl::masked(const at::Tensor& logits) const {
  const std::int64_t count = model_.experts.count, top_k = model_.gate.top_k.value_or(count);
  if (top_k == count) return logits;
  const at::Tensor order = torch::argsort(logits.detach(), /*stable=*/true, -1, /*descending=*/true);
  const at::Tensor mask = torch::zeros_like(logits, logits.options().dtype(torch::kBool).requires_grad(false));
  return logits.masked_fill(mask.scatter(-1, order.slice(-1, top_k), true), -std::numeric_limits<double>::infinity());
}

at::Tensor MixtureOfExpertsImpl::negative_log_likelihood(const at::Tensor& targets) const {
  const double precision = 1 / (*model_.experts.std * *model_.experts.std);
  const double constant = 0.5 * static_cast<double>(outputs_.size(3)) * std::log(2 * std::numbers::pi / precision);
  const at::Tensor squares = (outputs_ - targets.unsqueeze(2)).square().sum(3);
  return constant - torch::logsumexp(log_gates_ - 0.5 * precision * squares, 2);
}

at::Tensor MixtureOfExpertsImpl::load_balancing() const {
  if (model_.gate.load_balancing == 0) return {};
  const auto count = static_cast<double>(model_.experts.count), batch = static_cast<double>(log_gates_.size(1));
  const at::Tensor importance = log_gates_.exp().sum(1);  // [R, experts]; its mean is B / experts
  return model_.gate.load_balancing * (count / (batch * batch) * importance.square().sum(1) - 1);
}

}  // namespace descent::models
