#pragma once
// Losses of R replicas.

#include <ATen/core/Tensor.h>

#include "config/experiment.h"
#include "engine/torch/examples.h"
#include "models/network.h"

namespace descent::engine {

// The targets, or one-hot vectors of the labels: [R, B, K].
at::Tensor targets_of(const Batch& batch, std::int64_t outputs);

// The loss of each example, without weight decay: [R, B]. outputs: [R, B, K].
at::Tensor example_losses(const config::Loss& loss, const at::Tensor& outputs, const Batch& batch);

// The mean loss over the batch: [R]. For a mixture of experts with experts.std, its negative log-likelihood.
at::Tensor training_loss(const config::Loss& loss, models::Network& network, const at::Tensor& outputs,
                         const Batch& batch);

// A term that training adds to the loss, [R]; undefined if there is none.
at::Tensor penalty(models::Network& network);

}  // namespace descent::engine
