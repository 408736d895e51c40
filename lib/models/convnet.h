#pragma once
// Convolutional networks without shortcuts, and their common base with residual networks.

#include <torch/nn/pimpl.h>

#include <string>
#include <vector>

#include "models/layers.h"
#include "models/network.h"

namespace descent::models {

// A network over maps [B, R * C, H, W], or over signals [B, R * C, L] if examples have height 1.
class MapNetwork : public Network {
 protected:
  MapNetwork(const config::Model& model, const config::Shape& input, std::int64_t replicas)
      : Network(replicas, model, true), input_(input), dimensions_(input.height == 1 ? 1 : 2) {}

  Convolution convolution(std::int64_t in, std::int64_t out, const ConvolutionOptions& options) const {
    return Convolution(replicas(), dimensions_, in, out, options);
  }
  Norm norm(std::int64_t channels, double initial_scale = 1) const {
    return Norm(replicas(), dimensions_, model_.norm, channels, initial_scale);
  }
  bool has_norm() const { return model_.norm.kind != config::NormKind::none; }

  at::Tensor to_maps(const at::Tensor& x) const;     // [R, B, C * H * W] -> [B, R * C, H, W]
  at::Tensor to_rows(const at::Tensor& maps) const;  // [B, R * C, H, W] -> [R, B, C * H * W]
  at::Tensor max_pool(const at::Tensor& maps, std::int64_t kernel, std::int64_t stride, std::int64_t padding) const;
  at::Tensor global_pool(const at::Tensor& maps, config::Pooling pooling) const;

  at::Tensor convolve(Convolution& convolution, const std::string& name, const at::Tensor& maps);

  const config::Shape input_;
  const std::int64_t dimensions_;
};

// Layers of convolution, norm, activation, max pooling, dropout (norm before or after the activation), then global
// pooling and a linear readout: [R, B, C * H * W] -> [R, B, outputs]. Uses channels, kernels, strides, padding,
// max_pool, pooling, activation, norm, norm_position, dropout and init of `model`.
class ConvNetImpl final : public MapNetwork {
 public:
  ConvNetImpl(const config::Model& model, const config::Shape& input, std::int64_t outputs, std::int64_t replicas = 1);
  at::Tensor forward(const at::Tensor& x) override;

 private:
  at::Tensor layer(std::size_t i, const at::Tensor& maps);

  std::vector<Convolution> convolutions_;
  std::vector<Norm> norms_;  // null without a norm
  std::vector<std::int64_t> max_pool_, block_of_;
  Linear readout_ = nullptr;
};
TORCH_MODULE(ConvNet);

}  // namespace descent::models
