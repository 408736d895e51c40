#pragma once
// What training minimizes, for each replica of a batch.

#include <ATen/core/Tensor.h>

#include "config/experiment.h"
#include "engine/torch/examples.h"
#include "models/network.h"

namespace descent::engine {

// What the outputs should be, one-hot vectors of the classes: [R, B, K].
at::Tensor targets_of(const Batch& batch, std::int64_t outputs);

// Of each example, without decay: [R, B]. outputs: [R, B, K].
at::Tensor example_losses(const config::Loss& loss, const at::Tensor& outputs, const Batch& batch);

// The mean over the batch: [R]. A mixture of experts may minimize a likelihood of its own.
at::Tensor training_loss(const config::Loss& loss, models::Network& network, const at::Tensor& outputs,
                         const Batch& batch);

// What is minimized beside the loss, [R]; undefined where there is nothing.
at::Tensor penalty(models::Network& network);

}  // namespace descent::engine
