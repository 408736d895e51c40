#include "models/convnet.h"

#include <torch/types.h>

namespace descent::models {

using plan::ActivationKind;

at::Tensor MapNetwork::to_maps(const at::Tensor& x) const {
  const at::Tensor channels = x.transpose(0, 1).flatten(1);
  if (dimensions_ == 1) return channels.view({x.size(1), replicas() * input_.channels, input_.width});
  const at::Tensor maps = channels.view({x.size(1), replicas() * input_.channels, input_.height, input_.width});
  // Convolutions with groups of few channels are faster in the channels-first format.
  return replicas() > 1 ? maps : maps.contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor MapNetwork::to_rows(const at::Tensor& maps) const {
  return maps.flatten(1).unflatten(1, {replicas(), -1}).transpose(0, 1);
}

at::Tensor MapNetwork::max_pool(const at::Tensor& maps, std::int64_t kernel, std::int64_t stride,
                                std::int64_t padding) const {
  return dimensions_ == 1 ? torch::max_pool1d(maps, kernel, stride, padding)
                          : torch::max_pool2d(maps, kernel, stride, padding);
}

at::Tensor MapNetwork::global_pool(const at::Tensor& maps, config::Pooling pooling) const {
  const at::IntArrayRef positions = maps.sizes().slice(2);
  switch (pooling) {
    case config::Pooling::flatten: return maps;
    case config::Pooling::average: return maps.flatten(2).mean(2);
    case config::Pooling::max:  // the gradient goes to the first of equal maxima
      return dimensions_ == 1 ? torch::max_pool1d(maps, positions) : torch::max_pool2d(maps, positions);
  }
  __builtin_unreachable();
}

at::Tensor MapNetwork::convolve(Convolution& convolution, const std::string& name, const at::Tensor& maps) {
  const at::Tensor y = convolution->forward(maps);
  add_record(name, ActivationKind::linear, y);
  return y;
}

ConvNetImpl::ConvNetImpl(const config::Model& model, const config::Shape& input, std::int64_t outputs,
                         std::int64_t replicas)
    : MapNetwork(model, input, replicas), max_pool_(config::max_pool(model)) {
  const std::vector<std::int64_t> channels = config::channels(model), kernels = config::kernels(model),
                                  strides = config::strides(model);
  const std::vector<config::Shape> maps = config::cnn_maps(model, input);
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const std::string number = std::to_string(i);
    convolutions_.push_back(register_module(
        "conv" + number, convolution(maps[i].channels, channels[i],
                                     {.kernel = kernels[i], .stride = strides[i], .padding = model.padding})));
    norms_.push_back(has_norm() ? register_module("norm" + number, norm(channels[i])) : nullptr);
    block_of_.push_back(maps[i] == maps[i + 1] ? blocks_++ : -1);
  }
  const bool flat = model.pooling == config::Pooling::flatten;
  const std::int64_t features = flat ? maps.back().features() : maps.back().channels;
  readout_ = register_module("linear", Linear(replicas, features, outputs));
  initialize_all(model.init);
}

at::Tensor ConvNetImpl::forward(const at::Tensor& x) {
  at::Tensor maps = to_maps(x);
  for (std::size_t i = 0; i < convolutions_.size(); ++i)
    if (!skips(block_of_[i])) maps = layer(i, maps);
  const at::Tensor y = readout_->forward(to_rows(global_pool(maps, model_.pooling)));
  add_record("linear", ActivationKind::output, y);
  return y;
}

at::Tensor ConvNetImpl::layer(std::size_t i, const at::Tensor& maps) {
  const std::string name = "conv" + std::to_string(i);
  at::Tensor h = normalize_and_activate(norms_[i], name, convolve(convolutions_[i], name, maps));
  if (max_pool_[i] > 1) h = max_pool(h, max_pool_[i], max_pool_[i], 0);
  return dropout(static_cast<std::int64_t>(i), h);
}

}  // namespace descent::models
