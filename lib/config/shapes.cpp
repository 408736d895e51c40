#include "config/shapes.h"

#include <algorithm>

namespace descent::config {

bool is_convolutional(const Model& model) { return model.kind == ModelKind::cnn || model.kind == ModelKind::resnet; }

Window window(bool signal, std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
  if (signal) return {.kernel_width = kernel, .stride_width = stride, .padding_width = padding};
  return {kernel, kernel, stride, stride, padding, padding};
}

std::vector<Shape> cnn_maps(const Model& cnn, const Shape& input) {
  const std::vector<std::int64_t> out = channels(cnn), sizes = kernels(cnn), steps = strides(cnn),
                                  pools = max_pool(cnn);
  std::vector<Shape> maps{input};
  for (std::size_t i = 0; i < std::min({out.size(), sizes.size(), steps.size(), pools.size()}); ++i) {
    const Window convolution = window(input.height == 1, sizes[i], steps[i], cnn.padding);
    const Window pooling = window(input.height == 1, pools[i], pools[i], 0);
    if (!convolution.fits(maps.back())) break;
    const Shape map = convolution.output(maps.back(), out[i]);
    if (!pooling.fits(map)) break;
    maps.push_back(pooling.output(map, out[i]));
  }
  return maps;
}

std::vector<Block> residual_blocks(const Model& resnet) {
  std::vector<Block> list;
  const std::vector<std::int64_t> counts = blocks(resnet), steps = strides(resnet);
  std::int64_t width = resnet.width.value_or(0), in = width;
  for (std::size_t stage = 0; stage < std::min(counts.size(), steps.size()) && width <= max_units; ++stage, width *= 2)
    for (std::int64_t i = 0; i < counts[stage]; ++i) {
      const std::int64_t out = resnet.block == BlockKind::bottleneck ? 4 * width : width;
      list.push_back({static_cast<std::int64_t>(stage), i, width, in, out, i == 0 ? steps[stage] : 1});
      in = out;
    }
  return list;
}

}  // namespace descent::config
