#include "engine/torch/step_inputs.h"

#include <torch/types.h>

#include "core/random.h"
#include "core/seeds.h"

namespace descent::engine {
namespace {

// Like Augmenter::apply(): reads each pixel from its position before crop and flip; pixels outside the image are 0.
at::Tensor augmented(const at::Tensor& x, const at::Tensor& transforms, const config::Shape& shape) {
  const auto& [channels, height, width] = shape;
  const auto per_image = [&](std::int64_t i) { return transforms[i].unsqueeze(2).unsqueeze(3); };  // [R, B, 1, 1]
  const at::Tensor columns = torch::arange(width, transforms.options()),
                   rows = torch::arange(height, transforms.options());
  const at::Tensor across = torch::where(per_image(2) == 1, width - 1 - columns, columns) + per_image(0);
  const at::Tensor down = rows.unsqueeze(1) + per_image(1);
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

StepInputs StepInputs::clone() const {
  StepInputs copy = *this;
  for (at::Tensor* tensor : copy.all())
    if (tensor->defined()) *tensor = tensor->clone();
  return copy;
}

void StepInputs::copy_(const StepInputs& other) {
  StepInputs source = other;  // shares the tensors
  for (std::size_t i = 0; i < all().size(); ++i)
    if (all()[i]->defined()) all()[i]->copy_(*source.all()[i]);
}

Batch StepInputs::batch(const Examples& examples, const config::Shape& shape) const {
  Batch batch = examples.gather(indices);
  if (transforms.defined()) batch.x = augmented(batch.x, transforms, shape);
  return batch;
}

PreparedSteps::PreparedSteps(std::vector<const Replica*> replicas, std::int64_t blocks, at::Device device,
                             bool with_learning_rates)
    : replicas_(std::move(replicas)), blocks_(replicas_.front()->experiment->model.stochastic_depth > 0 ? blocks : 0),
      device_(device), with_learning_rates_(with_learning_rates) {
  for (const Replica* replica : replicas_) {
    orders_.emplace_back(replica->experiment->train, replica->data.train.size, replica->seed);
    augmenters_.emplace_back(replica->experiment->data.augmentation, replica->data.shape, replica->seed);
  }
}

void PreparedSteps::prepare(std::int64_t begin, std::int64_t end) {
  begin_ = begin;
  prepare_batches(begin, end);
  if (blocks_ > 0) all_.uniforms = on_device(uniforms(begin, end));
  if (with_learning_rates_) all_.learning_rates = on_device(learning_rates(begin, end));
  all_.updates = torch::arange(begin + 1, end + 1, at::TensorOptions(device_).dtype(at::kFloat));
}

void PreparedSteps::prepare_batches(std::int64_t begin, std::int64_t end) {
  first_.assign(1, 0);
  std::vector<std::int64_t> indices;
  std::vector<std::vector<std::int64_t>> transforms(3);
  for (std::size_t r = 0; r < orders_.size(); ++r)
    for (std::int64_t step = begin; step < end; ++step) {
      const auto batch = orders_[r].batch(step);
      indices.insert(indices.end(), batch.begin(), batch.end());
      if (r == 0) first_.push_back(std::ssize(indices));
      if (!augmenters_[r].active()) continue;
      core::Random draws = augmenters_[r].random_of(step);
      for (std::size_t i = 0; i < batch.size(); ++i) {
        const ImageTransform transform = augmenters_[r].draw(draws);
        transforms[0].push_back(transform.right);
        transforms[1].push_back(transform.down);
        transforms[2].push_back(transform.flipped);
      }
    }
  const auto of_replicas = [&](const std::vector<std::int64_t>& values) {
    return torch::tensor(values, at::kLong).view({std::ssize(replicas_), -1});
  };
  all_.indices = on_device(of_replicas(indices));
  if (augmenters_.front().active())
    all_.transforms =
        on_device(torch::stack({of_replicas(transforms[0]), of_replicas(transforms[1]), of_replicas(transforms[2])}));
}

// [steps, blocks, R]
at::Tensor PreparedSteps::uniforms(std::int64_t begin, std::int64_t end) const {
  std::vector<double> drawn;
  for (std::int64_t step = begin; step < end; ++step)
    for (std::int64_t block = 0; block < blocks_; ++block)
      for (const Replica* replica : replicas_) {
        core::Random random(replica->seed, core::Purpose::stochastic_depth,
                            static_cast<std::uint64_t>(step) << 16 | static_cast<std::uint64_t>(block));
        drawn.push_back(random.uniform());
      }
  return torch::tensor(drawn, at::kDouble).view({end - begin, blocks_, std::ssize(replicas_)});
}

// [steps, R]
at::Tensor PreparedSteps::learning_rates(std::int64_t begin, std::int64_t end) const {
  std::vector<double> rates;
  for (std::int64_t step = begin; step < end; ++step)
    for (const Replica* replica : replicas_) rates.push_back(replica->learning_rate(step));
  return torch::tensor(rates, at::kFloat).view({end - begin, std::ssize(replicas_)});
}

StepInputs PreparedSteps::inputs(std::int64_t step) const {
  const std::int64_t index = step - begin_;
  const std::int64_t first = first_[static_cast<std::size_t>(index)],
                     count = first_[static_cast<std::size_t>(index) + 1] - first;
  StepInputs inputs;
  inputs.indices = all_.indices.narrow(1, first, count);
  if (all_.transforms.defined()) inputs.transforms = all_.transforms.narrow(2, first, count);
  if (all_.uniforms.defined()) inputs.uniforms = all_.uniforms[index];
  if (with_learning_rates_) inputs.learning_rates = all_.learning_rates[index];
  inputs.updates = all_.updates[index];
  return inputs;
}

}  // namespace descent::engine
