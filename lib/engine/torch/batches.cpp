#include "engine/torch/batches.h"

#include <torch/types.h>

namespace descent::engine {

namespace {

// As Augmenter::apply(): each pixel is read from where the crop and the mirror have it; beyond the image it is 0.
at::Tensor augmented(const at::Tensor& x, const at::Tensor& variants, const config::Shape& shape) {
  const auto& [channels, height, width] = shape;
  const auto per_image = [&](std::int64_t i) { return variants[i].unsqueeze(2).unsqueeze(3); };  // [R, B, 1, 1]
  const at::Tensor columns = torch::arange(width, variants.options()),
                   lines = torch::arange(height, variants.options());
  const at::Tensor across = torch::where(per_image(2) == 1, width - 1 - columns, columns) + per_image(0);
  const at::Tensor down = lines.unsqueeze(1) + per_image(1);
  const at::Tensor inside = (across >= 0) & (across < width) & (down >= 0) & (down < height);  // [R, B, H, W]
  const at::Tensor pixel = down.clamp(0, height - 1) * width + across.clamp(0, width - 1);
  std::vector<std::int64_t> sizes = x.sizes().vec();
  sizes[2] = channels;
  sizes.push_back(height * width);
  const at::Tensor images = x.reshape(sizes);
  const auto for_channels = [&](const at::Tensor& t) { return t.flatten(2).unsqueeze(2).expand(sizes); };
  return (images.gather(3, for_channels(pixel)) * for_channels(inside)).view_as(x);
}

}  // namespace

Batch training_batch(const Examples& examples, const StepInputs& inputs, const config::Shape& shape) {
  Batch batch = examples.gather(inputs.indices);
  if (inputs.variants.defined()) batch.x = augmented(batch.x, inputs.variants, shape);
  return batch;
}

}  // namespace descent::engine
