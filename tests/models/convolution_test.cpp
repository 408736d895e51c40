#include <gtest/gtest.h>
#include <torch/types.h>

#include "models/layers.h"

namespace descent::models {
namespace {

TEST(convolution, a_strided_1x1_kernel_has_the_gradient_of_the_subsampled_map) {
  Convolution layer(1, 2, 4, 8, ConvolutionOptions{.kernel = 1, .stride = 2, .bias = false});
  const at::Tensor x = torch::randn({16, 4, 32, 32}).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor gradient = torch::randn({16, 8, 16, 16}).contiguous(at::MemoryFormat::ChannelsLast);
  layer->forward(x).backward(gradient);
  const at::Tensor rows = x.slice(2, 0, {}, 2).slice(3, 0, {}, 2).transpose(0, 1).flatten(1).to(at::kDouble);
  const at::Tensor expected = gradient.transpose(0, 1).flatten(1).to(at::kDouble).mm(rows.t());
  EXPECT_TRUE(torch::allclose(layer->weight.grad().flatten(0, 1).flatten(1).to(at::kDouble), expected, 1e-4, 1e-3));
}

}  // namespace
}  // namespace descent::models
