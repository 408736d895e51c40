#pragma once
// Shapes of maps and the residual blocks between them: what the checks of a model and its layers have in common.

#include <cstdint>
#include <vector>

#include "config/experiment.h"
#include "formats/data_set.h"

namespace descent::config {

// Units of a layer, or channels of a convolution.
inline constexpr std::int64_t most_units = 100'000;

using formats::Shape;

bool has_maps(const Model& model);  // which convolutions compute

// What a convolution or max pooling slides over a map; along the width alone where the map is a signal.
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

// Square over images, `signal`: along the width alone.
Window window(bool signal, std::int64_t kernel, std::int64_t stride, std::int64_t padding);

// The input of a cnn, then the output of each layer with its pooling, up to the first that does not fit its input.
std::vector<Shape> cnn_maps(const Model& cnn, const Shape& input);

// A residual block of a resnet, in order. Its convolutions have `width` channels, the last one of a bottleneck block
// four times as many.
struct Block {
  std::int64_t stage, index;  // index within the stage
  std::int64_t width, in, out, stride;

  bool keeps_shape() const { return in == out && stride == 1; }
};
std::vector<Block> residual_blocks(const Model& resnet);  // up to the first stage of more than most_units

}  // namespace descent::config
