#include "models/linear_model.h"

#include <torch/types.h>

#include <cmath>

namespace descent::models {

LinearModelImpl::LinearModelImpl(const config::Model& model, std::int64_t inputs, std::int64_t outputs,
                                 std::int64_t replicas)
    : Network(replicas, model), count_(config::feature_count(model, inputs)) {
  if (model.features.kind == config::FeatureKind::random_relu)
    random_ = register_module(
        "features",
        Linear(replicas, inputs, count_,
               LinearOptions{.initial_scale = 1 / std::sqrt(static_cast<double>(count_)), .trained = false}));
  readout_ = register_module("readout", Linear(replicas, count_, outputs, LinearOptions{.bias = model.intercept}));
  initialize_all(model.init);
}

at::Tensor LinearModelImpl::features(const at::Tensor& x) {
  switch (model_.features.kind) {
    case config::FeatureKind::raw: return x;
    case config::FeatureKind::random_relu: return torch::relu(random_->forward(x));
    case config::FeatureKind::gaussian_basis: {
      const auto [first, last] = model_.features.centers;
      const at::Tensor distance = (x - torch::linspace(first, last, count_, x.options())) / model_.features.scale;
      return torch::exp(-0.5 * distance.square());
    }
  }
  __builtin_unreachable();
}

at::Tensor LinearModelImpl::forward(const at::Tensor& x) {
  const at::Tensor phi = features(x);
  add_record("features", plan::ActivationKind::activation, phi);
  const at::Tensor y = readout_->forward(phi);
  add_record("readout", plan::ActivationKind::output, y);
  return y;
}

}  // namespace descent::models
