#pragma once
// The layers of a model as plain shapes: parameter counts and cost without LibTorch; lib/nn builds from them.

#include <cstdint>
#include <vector>

#include "config/experiment.h"

namespace descent::plan {

// One linear layer and what follows it. The last one, the readout, has no norm, activation or dropout.
struct Layer {
  std::int64_t in, out;
  bool hidden;       // followed by norm, activation, dropout as the model says
  bool norm_affine;  // has gamma, [out]
  bool norm_shift;   // has beta too, [out]: batch and layer norm
};

// The network [B, features] -> [B, outputs].
std::vector<Layer> layers_of(const config::Model& model, std::int64_t features, std::int64_t outputs);

// The network of an experiment, on the features and outputs of its data set.
std::vector<Layer> layers_of(const config::Experiment& experiment);

// Trainable numbers of one network.
std::int64_t parameter_count(const std::vector<Layer>& layers);

// Floating-point operations of the matrix products: forward of one example; a training step costs three times
// that per example, less the input gradient of the first layer.
double forward_flops(const std::vector<Layer>& layers);
double training_flops(const std::vector<Layer>& layers);

// Operations of one training step with a whole batch.
double step_flops(const config::Experiment& experiment);

// Operations of all training steps of one run: what progress and estimates count.
double run_flops(const config::Experiment& experiment);

}  // namespace descent::plan
