#pragma once
// Shapes of feature maps, and residual blocks; shared by the checks of a model and the definition of its layers.

#include <cstdint>
#include <vector>

#include "config/experiment.h"
#include "formats/data_set.h"

namespace descent::config {

// Units of a layer, or channels of a convolution.
inline constexpr std::int64_t max_units = 100'000;

using formats::Shape;

bool is_convolutional(const Model& model);

// The window of a convolution or max pooling; for signals it slides along the width only.
struct Window {
  std::int64_t kernel_height = 1, kernel_width = 1, stride_height = 1, stride_width = 1;
  std::int64_t padding_height = 0, padding_width = 0;

  bool fits(const Shape& in) const {
    return in.height + 2 * padding_height >= kernel_height && in.width + 2 * padding_width >= kernel_width;
  }
  Shape output(const Shape& in, std::int64_t channels) const {
    return {channels, (in.height + 2 * padding_height - kernel_height) / stride_height + 1,
            (in.width + 2 * padding_width - kernel_width) / stride_width + 1};
  }
};

// Square for images, along the width for signals.
Window window(bool signal, std::int64_t kernel, std::int64_t stride, std::int64_t padding);

// The shapes of the input of a cnn and of the output of each layer after pooling, up to the first layer whose window
// does not fit its input.
std::vector<Shape> cnn_maps(const Model& cnn, const Shape& input);

// A residual block of a resnet. Its convolutions have `width` channels, the last one of a bottleneck block four times
// as many.
struct Block {
  std::int64_t stage, index;  // index in the stage
  std::int64_t width, in, out, stride;

  bool keeps_shape() const { return in == out && stride == 1; }
};
std::vector<Block> residual_blocks(const Model& resnet);  // without stages that exceed max_units

}  // namespace descent::config
