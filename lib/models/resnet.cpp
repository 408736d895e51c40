#include "models/resnet.h"

#include <torch/types.h>

namespace descent::models {

using plan::ActivationKind;

ResNetImpl::ResNetImpl(const config::Model& model, const config::Shape& input, std::int64_t outputs,
                       std::int64_t replicas)
    : MapNetwork(model, input, replicas) {
  const std::int64_t width = model.width.value_or(0);
  stem_ = register_module("conv1", make_convolution(input.channels, width, model.stem.kernel, model.stem.stride));
  if (has_norm() && !model.preactivation) norm_ = register_module("norm1", norm(width));
  const std::vector<config::Block> shapes = config::residual_blocks(model);
  std::shared_ptr<torch::nn::Module> stage;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    if (shapes[i].index == 0)
      stage = register_module("layer" + std::to_string(shapes[i].stage + 1), std::make_shared<torch::nn::Module>());
    const double depth = static_cast<double>(i + 1) / static_cast<double>(shapes.size());
    add_block(*stage, shapes[i], 1 - model.stochastic_depth * depth);
  }
  const std::int64_t channels = shapes.back().out;
  if (has_norm() && model.preactivation && model.final_norm) norm_ = register_module("norm", norm(channels));
  readout_ = register_module("linear", Linear(replicas, channels, outputs));
  initialize_all(model.init);
}

Convolution ResNetImpl::make_convolution(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride,
                                         double initial_scale) const {
  return convolution(
      in, out,
      {.kernel = kernel, .stride = stride, .padding = kernel / 2, .bias = !has_norm(), .initial_scale = initial_scale});
}

void ResNetImpl::add_block(torch::nn::Module& stage, const config::Block& shape, double survival) {
  ResidualBlock block;
  const std::string number = std::to_string(shape.index);
  block->name = "layer" + std::to_string(shape.stage + 1) + "." + number + ".";
  block->shape = shape;
  block->survival = survival;
  struct Window {
    std::int64_t out, kernel, stride;
  };
  const bool basic = model_.block == config::BlockKind::basic;
  const std::vector<Window> windows =
      basic ? std::vector<Window>{{shape.width, 3, shape.stride}, {shape.out, 3, 1}}
            : std::vector<Window>{{shape.width, 1, 1}, {shape.width, 3, shape.stride}, {shape.out, 1, 1}};
  // Zero initialization of the norm after the last convolution or, if there is none, of the convolution.
  const bool zero_norm = model_.zero_init_residual && !model_.preactivation && has_norm();
  std::int64_t in = shape.in;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const bool last = i + 1 == windows.size();
    const std::string suffix = std::to_string(i + 1);
    const auto add_norm = [&](std::int64_t channels) {
      block->norms.push_back(
          has_norm() ? block->register_module("norm" + suffix, norm(channels, last && zero_norm ? 0 : 1)) : nullptr);
    };
    if (model_.preactivation) add_norm(in);
    block->convolutions.push_back(block->register_module(
        "conv" + suffix, make_convolution(in, windows[i].out, windows[i].kernel, windows[i].stride,
                                          last && model_.zero_init_residual && !zero_norm ? 0 : 1)));
    if (!model_.preactivation) add_norm(windows[i].out);
    in = windows[i].out;
  }
  if (model_.shortcut == config::ShortcutKind::projection && !shape.keeps_shape()) {
    const auto projection = block->register_module("shortcut", std::make_shared<torch::nn::Module>());
    block->shortcut = projection->register_module("conv", make_convolution(shape.in, shape.out, 1, shape.stride));
    if (has_norm() && !model_.preactivation)
      block->shortcut_norm = projection->register_module("norm", norm(shape.out));
  }
  if (model_.shortcut != config::ShortcutKind::none || shape.keeps_shape()) block->index = blocks_++;
  residual_blocks_.push_back(stage.register_module(number, block));
}

at::Tensor ResNetImpl::forward(const at::Tensor& x) {
  Maps h{convolve(stem_, "conv1", to_maps(x)), "conv1"};
  if (!model_.preactivation) h.values = normalize_and_activate(norm_, h.name, h.values);
  if (model_.stem.max_pool) h.values = max_pool(h.values, 3, 2, 1);
  for (std::size_t i = 0; i < residual_blocks_.size(); ++i) h = block(i, h);
  if (model_.preactivation && model_.final_norm) h.values = normalize_and_activate(norm_, h.name, h.values);
  const at::Tensor y = readout_->forward(to_rows(global_pool(h.values, config::Pooling::average)));
  add_record("linear", ActivationKind::output, y);
  return y;
}

ResNetImpl::Maps ResNetImpl::block(std::size_t number, const Maps& input) {
  ResidualBlock& block = residual_blocks_[number];
  const bool plain = model_.shortcut == config::ShortcutKind::none;
  if (plain && skips(block->index)) return input;
  Maps activated = input;
  Maps h = branch(number, input, activated);
  if (!plain) h.values = add_branch(block->index, shortcut(block, input, activated), h.values, block->survival);
  if (!model_.preactivation) h.values = activate(h.name, h.values);
  return h;
}

// `activated`: set to the input after the first norm and activation, which a pre-activation projection uses.
ResNetImpl::Maps ResNetImpl::branch(std::size_t number, const Maps& input, Maps& activated) {
  ResidualBlock& block = residual_blocks_[number];
  const std::size_t count = block->convolutions.size();
  Maps h = input;
  for (std::size_t i = 0; i < count; ++i) {
    if (model_.preactivation) h.values = normalize_and_activate(block->norms[i], h.name, h.values);
    if (i == 0) activated = h;
    if (i + 1 == count) h.values = dropout(static_cast<std::int64_t>(number), h.values);
    h.name = block->name + "conv" + std::to_string(i + 1);
    h.values = convolve(block->convolutions[i], h.name, h.values);
    if (model_.preactivation) continue;
    if (i + 1 < count) h.values = normalize_and_activate(block->norms[i], h.name, h.values);
    else if (has_norm()) h.values = normalize(block->norms[i], h.name, h.values);
  }
  return h;
}

at::Tensor ResNetImpl::shortcut(ResidualBlock& block, const Maps& input, const Maps& activated) {
  const config::Block& shape = block->shape;
  if (shape.keeps_shape()) return input.values;
  const std::string name = block->name + "shortcut.conv";
  if (block->shortcut) {
    const at::Tensor h = convolve(block->shortcut, name, model_.preactivation ? activated.values : input.values);
    return block->shortcut_norm ? normalize(block->shortcut_norm, name, h) : h;
  }
  // Subsampling, with zeros for the additional channels (He et al. 2016, option A).
  at::Tensor h = input.values;
  for (std::int64_t d = 2; d < h.dim(); ++d) h = h.slice(d, 0, std::nullopt, shape.stride);
  h = h.unflatten(1, {replicas(), shape.in});
  std::vector<std::int64_t> sizes = h.sizes().vec();
  sizes[2] = shape.out - shape.in;
  return torch::cat({h, h.new_zeros(sizes)}, 2).flatten(1, 2);
}

}  // namespace descent::models
