#pragma once
// A linear readout of fixed features: the inputs, random ReLU features or Gaussians of one input.

#include <vector>

#include "fused/buffer.h"
#include "fused/kernels/kernels.h"
#include "fused/network.h"

namespace descent::fused {

template <class T>
class LinearModel final : public Network<T> {
 public:
  LinearModel(const config::Model& model, const Layout& layout, std::int64_t max_rows);

  // What the readout sees: [B, F] -> [B, feature_count] in rows of feature_stride(). The random weights are among the
  // statistics. Valid until the next pass.
  const T* features(const T* x, std::int64_t rows, const T* statistics);
  std::int64_t feature_stride() const { return feature_stride_; }

  T* logits_gradient() override { return gradient_.data(); }
  void backward(const T* x, std::int64_t rows, const T* parameters, T* gradient, const StepRandomness& randomness) override;
  void keep_activations(bool) override {}  // they are there after every pass
  std::vector<ActivationView<T>> activations() const override;

 private:
  const T* run(const T* x, const Context<T>& context) override;
  const T* random_features(const T* x, std::int64_t rows, const T* statistics);
  const T* gaussians(const T* x, std::int64_t rows);

  const Kernels<T>& kernels_;
  const config::Features kind_;
  const Layout layout_;
  const std::int64_t count_, feature_stride_;  // features
  const std::int64_t weight_, bias_, random_weight_, random_bias_;
  std::vector<T> centers_;
  Buffer<T> made_, outputs_, gradient_;
  const T* features_ = nullptr;  // of the last pass
  std::int64_t rows_ = 0;
  bool has_gradient_ = false;
};

}  // namespace descent::fused
