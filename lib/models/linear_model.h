#pragma once
// Linear models: a linear readout of fixed features.

#include <torch/nn/pimpl.h>

#include "models/layers.h"
#include "models/network.h"

namespace descent::models {

// The inputs, random ReLU features (Rahimi and Recht 2007) or Gaussian basis functions of one input, then a readout:
// [R, B, inputs] -> [R, B, outputs]. Uses features, width, intercept and init of `model`.
class LinearModelImpl final : public Network {
 public:
  LinearModelImpl(const config::Model& model, std::int64_t inputs, std::int64_t outputs, std::int64_t replicas = 1);
  at::Tensor forward(const at::Tensor& x) override;

  // [R, B, inputs] -> [R, B, width]
  at::Tensor features(const at::Tensor& x);
  Linear& readout() { return readout_; }

 private:
  const std::int64_t count_;
  Linear random_ = nullptr;  // for random ReLU features
  Linear readout_ = nullptr;
};
TORCH_MODULE(LinearModel);

}  // namespace descent::models
