#include "engine/torch/batches.h"

#include <torch/types.h>

namespace descent::engine {

Batches::Batches(const std::vector<const Replica*>& replicas, const Examples& examples, at::Device device)
    : examples_(examples), device_(device), shape_(replicas.front()->data.shape),
      augmentation_(replicas.front()->experiment->data.augmentation) {
  for (const Replica* replica : replicas) {
    orders_.emplace_back(replica->experiment->train, replica->data.train.size, replica->seed);
    augmenters_.emplace_back(augmentation_, shape_, replica->seed);
  }
}

void Batches::prepare(std::int64_t begin, std::int64_t end) {
  begin_ = begin;
  first_.assign(1, 0);
  std::vector<std::int64_t> indices;
  std::vector<std::vector<std::int64_t>> variants(3);
  for (std::size_t r = 0; r < orders_.size(); ++r)
    for (std::int64_t step = begin; step < end; ++step) {
      const auto batch = orders_[r].batch(step);
      indices.insert(indices.end(), batch.begin(), batch.end());
      if (r == 0) first_.push_back(std::ssize(indices));
      if (!augmenters_[r].active()) continue;
      core::Random draws = augmenters_[r].draws(step);
      for (std::size_t i = 0; i < batch.size(); ++i) {
        const ImageVariant variant = augmenters_[r].draw(draws);
        variants[0].push_back(variant.right);
        variants[1].push_back(variant.down);
        variants[2].push_back(variant.mirrored);
      }
    }
  const auto replicas = std::ssize(orders_);
  const auto on_device = [&](const std::vector<std::int64_t>& values) {
    return torch::tensor(values, at::kLong).view({replicas, -1}).to(device_, /*non_blocking=*/true);
  };
  indices_ = on_device(indices);
  if (!variants[0].empty())
    variants_ = torch::stack({on_device(variants[0]), on_device(variants[1]), on_device(variants[2])});
}

Batch Batches::get(std::int64_t step) const {
  const auto index = static_cast<std::size_t>(step - begin_);
  const std::int64_t first = first_[index], count = first_[index + 1] - first;
  Batch batch = examples_.gather(indices_.narrow(1, first, count));
  if (augmenters_.front().active()) batch.x = augmented(batch.x, variants_.narrow(2, first, count));
  return batch;
}

// As Augmenter::apply(): each pixel is read from where the crop and the mirror have it; beyond the image it is 0.
at::Tensor Batches::augmented(const at::Tensor& x, const at::Tensor& variants) const {
  const auto& [channels, height, width] = shape_;
  const auto per_image = [&](std::int64_t i) { return variants[i].unsqueeze(2).unsqueeze(3); };  // [R, B, 1, 1]
  const at::Tensor columns = torch::arange(width, indices_.options()),
                   lines = torch::arange(height, indices_.options());
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

}  // namespace descent::engine
