#pragma once
// The multilayer perceptron.

#include <torch/nn/pimpl.h>

#include <vector>

#include "models/layers.h"
#include "models/network.h"

namespace descent::models {

// Hidden layers of linear, norm, activation, dropout (norm before or after the activation), then a linear readout:
// [R, B, inputs] -> [R, B, outputs]. With `residual`, each hidden layer except the first computes z + W f(z) + b, where
// z is the sum of the layers before (He et al. 2016b). Uses width and depth or hidden, activation, norm, norm_position,
// residual, branch_init, dropout and init of `model`.
class MlpImpl final : public Network {
 public:
  MlpImpl(const config::Model& model, std::int64_t inputs, std::int64_t outputs, std::int64_t replicas = 1);
  at::Tensor forward(const at::Tensor& x) override;

 private:
  at::Tensor hidden(std::size_t i, const at::Tensor& x, at::Tensor& sum);

  std::vector<Linear> linears_;  // the last one is the readout
  std::vector<Norm> norms_;      // of the hidden layers; null without a norm
  std::vector<std::int64_t> block_of_;
};
TORCH_MODULE(Mlp);

}  // namespace descent::models
