#pragma once
// Residual networks (He et al. 2016).

#include <torch/nn/pimpl.h>

#include <memory>
#include <vector>

#include "models/convnet.h"

namespace descent::models {

// A residual block: the convolutions and norms of its branch and of a projection shortcut.
struct ResidualBlockImpl final : torch::nn::Module {
  std::string name{};  // "layer1.0."
  config::Block shape{};
  double survival = 1;  // probability of keeping the branch in training (Huang et al. 2016)
  std::int64_t index = -1;
  std::vector<Convolution> convolutions{};
  std::vector<Norm> norms{};  // null without a norm
  Convolution shortcut = nullptr;
  Norm shortcut_norm = nullptr;
};
TORCH_MODULE(ResidualBlock);

// Stem, stages of basic or bottleneck blocks, global average pooling, linear readout: [R, B, C * H * W] -> [R, B,
// outputs]. Post-activation: norm after each convolution, activation after the sum. Pre-activation (He et al. 2016b):
// norm and activation before each convolution and, with final_norm, after the last block. Dropout comes before the last
// convolution of a block (Zagoruyko and Komodakis 2016). Uses width, blocks, strides, block, preactivation, final_norm,
// shortcut, stem, zero_init_residual, stochastic_depth, activation, norm, dropout and init of `model`.
class ResNetImpl final : public MapNetwork {
 public:
  ResNetImpl(const config::Model& model, const config::Shape& input, std::int64_t outputs, std::int64_t replicas = 1);
  at::Tensor forward(const at::Tensor& x) override;

 private:
  struct Maps {
    at::Tensor values;
    std::string name;  // of the preceding convolution
  };
  void add_block(torch::nn::Module& stage, const config::Block& shape, double survival);
  Convolution make_convolution(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride,
                               double initial_scale = 1) const;
  Maps block(std::size_t number, const Maps& input);
  Maps branch(std::size_t number, const Maps& input, Maps& activated);
  at::Tensor shortcut(ResidualBlock& block, const Maps& input, const Maps& activated);

  Convolution stem_ = nullptr;
  Norm norm_ = nullptr;  // after the stem or, with pre-activation, after the last block
  std::vector<ResidualBlock> residual_blocks_;
  Linear readout_ = nullptr;
};
TORCH_MODULE(ResNet);

}  // namespace descent::models
