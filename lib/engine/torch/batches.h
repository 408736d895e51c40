#pragma once
// The training batches of R replicas, gathered and augmented on the device.

#include "config/data_facts.h"
#include "engine/torch/examples.h"
#include "engine/torch/step_inputs.h"

namespace descent::engine {

// The batch of a step from its examples of this shape.
Batch training_batch(const Examples& examples, const StepInputs& inputs, const config::Shape& shape);

}  // namespace descent::engine
