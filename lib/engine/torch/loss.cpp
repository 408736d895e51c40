#include "engine/torch/loss.h"

#include <torch/types.h>

#include "models/mixture.h"

namespace descent::engine {
namespace {

models::MixtureOfExpertsImpl* mixture_of(models::Network& network) {
  return dynamic_cast<models::MixtureOfExpertsImpl*>(&network);
}

}  // namespace

at::Tensor targets_of(const Batch& batch, std::int64_t outputs) {
  if (batch.targets.defined()) return batch.targets;
  const at::Tensor zeros = torch::zeros({batch.labels.size(0), batch.labels.size(1), outputs}, batch.x.options());
  return zeros.scatter_(2, batch.labels.unsqueeze(2), 1);
}

at::Tensor example_losses(const config::Loss& loss, const at::Tensor& outputs, const Batch& batch) {
  switch (loss.kind) {
    case config::LossKind::cross_entropy:
      return torch::cross_entropy_loss(outputs.flatten(0, 1).to(batch.x.scalar_type()), batch.labels.flatten(), {},
                                       at::Reduction::None, -100, loss.label_smoothing)
          .view_as(batch.labels);
    case config::LossKind::mse: return (outputs - targets_of(batch, outputs.size(2))).square().mean(2);
  }
  __builtin_unreachable();
}

at::Tensor training_loss(const config::Loss& loss, models::Network& network, const at::Tensor& outputs,
                         const Batch& batch) {
  models::MixtureOfExpertsImpl* mixture = mixture_of(network);
  const bool likelihood = mixture && mixture->has_likelihood();
  return (likelihood ? mixture->negative_log_likelihood(targets_of(batch, outputs.size(2)))
                     : example_losses(loss, outputs, batch))
      .mean(1);
}

at::Tensor penalty(models::Network& network) {
  models::MixtureOfExpertsImpl* mixture = mixture_of(network);
  return mixture ? mixture->load_balancing() : at::Tensor();
}

}  // namespace descent::engine
