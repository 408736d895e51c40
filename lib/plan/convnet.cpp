#include "plan/convnet.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace descent::plan {
namespace {

using config::Shape;
using Op = Node::Op;

class Builder {
 public:
  Builder(const config::Model& model, const Shape& shape) : model_(model), input_(shape) {}

  const Shape& shape_of(std::int64_t node) const { return node < 0 ? input_ : graph_.nodes[node].out_shape; }

  // Square kernels; signals of height 1 have kernels, strides and padding along the width alone.
  std::int64_t convolve(std::int64_t input, std::string name, std::int64_t out, std::int64_t kernel,
                        std::int64_t stride, std::int64_t padding, bool bias, bool starts_at_zero = false) {
    const bool flat = input_.height == 1;
    const Shape in = shape_of(input);
    Node node{.op = Op::convolution, .input = input, .stride_height = flat ? 1 : stride, .stride_width = stride,
              .padding_height = flat ? 0 : padding, .padding_width = padding, .name = name};
    Layer layer{.kind = Layer::Kind::convolution, .name = std::move(name), .in = in.channels, .out = out,
                .kernel_height = flat ? 1 : kernel, .kernel_width = kernel, .bias = bias,
                .initial_scale = starts_at_zero ? 0.0 : 1.0};
    node.out_shape = {out, (in.height + 2 * node.padding_height - layer.kernel_height) / node.stride_height + 1,
                (in.width + 2 * padding - kernel) / stride + 1};
    layer.positions = node.out_shape.height * node.out_shape.width;
    return add(std::move(node), std::move(layer));
  }

  std::int64_t normalize(std::int64_t input, std::string name, bool starts_at_zero = false) {
    if (model_.norm.kind == config::NormKind::none) return input;
    return add({.op = Op::normalize, .input = input, .out_shape = shape_of(input), .name = name_of(input)},
               norm_layer(model_.norm, std::move(name), shape_of(input).channels, starts_at_zero ? 0 : 1));
  }

  std::int64_t activate(std::int64_t input) {
    return add({.op = Op::activate, .input = input, .out_shape = shape_of(input), .name = name_of(input)});
  }

  std::int64_t drop(std::int64_t input) {
    return add({.op = Op::dropout, .input = input, .out_shape = shape_of(input), .number = dropouts_++});
  }

  std::int64_t sum(std::int64_t input, std::int64_t branch, double survival) {
    return add({.op = Op::add, .input = input, .branch = branch, .out_shape = shape_of(input),
                .block = graph_.blocks++, .survival = survival, .name = name_of(branch)});
  }

  // Makes the nodes after `input` one block, where they keep its shape.
  std::int64_t close_block(std::int64_t input) {
    const std::int64_t last = std::ssize(graph_.nodes) - 1;
    if (shape_of(input) == shape_of(last)) {
      for (std::int64_t node = input + 1; node <= last; ++node) graph_.nodes[node].block = graph_.blocks;
      ++graph_.blocks;
    }
    return last;
  }

  std::int64_t subsample(std::int64_t input, std::int64_t stride, const Shape& out) {
    return add({.op = Op::shortcut, .input = input, .out_shape = out, .stride_height = input_.height == 1 ? 1 : stride,
                .stride_width = stride});
  }

  std::int64_t pool(std::int64_t input, std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
    const bool flat = input_.height == 1;
    const Shape in = shape_of(input);
    const auto size = [&](std::int64_t length) { return (length + 2 * padding - kernel) / stride + 1; };
    return add({.op = Op::max_pool, .input = input,
                .out_shape = {in.channels, flat ? 1 : size(in.height), size(in.width)},
                .kernel_height = flat ? 1 : kernel, .kernel_width = kernel,
                .stride_height = flat ? 1 : stride, .stride_width = stride,
                .padding_height = flat ? 0 : padding, .padding_width = padding, .name = name_of(input)});
  }

  Graph finish(std::int64_t input, config::Pooling pooling, std::int64_t outputs) {
    Shape in = shape_of(input);
    const Shape pooled{in.channels, 1, 1};
    switch (pooling) {
      case config::Pooling::flatten: break;
      case config::Pooling::average: input = add({.op = Op::global_average_pool, .input = input, .out_shape = pooled}); break;
      case config::Pooling::max:
        input = add({.op = Op::max_pool, .input = input, .out_shape = pooled, .kernel_height = in.height,
                     .kernel_width = in.width});
    }
    in = shape_of(input);
    add({.op = Op::convolution, .input = input, .out_shape = {outputs, 1, 1}, .name = "linear"},
        {.kind = Layer::Kind::linear, .name = "linear", .in = in.channels, .out = outputs,
         .kernel_height = in.height, .kernel_width = in.width});
    return std::move(graph_);
  }

 private:
  std::int64_t add(Node node) {
    graph_.nodes.push_back(std::move(node));
    return std::ssize(graph_.nodes) - 1;
  }
  std::int64_t add(Node node, Layer layer) {
    node.layer = std::ssize(graph_.layers);
    graph_.layers.push_back(std::move(layer));
    return add(std::move(node));
  }
  std::string name_of(std::int64_t node) const { return graph_.nodes[node].name; }

  const config::Model& model_;
  const Shape input_;
  Graph graph_;
  std::int64_t dropouts_ = 0;
};

Graph cnn(const config::Model& model, const Shape& shape, std::int64_t outputs) {
  Builder build(model, shape);
  const std::vector<std::int64_t> channels = config::channels(model), kernels = config::kernels(model),
                                  strides = config::strides(model), max_pool = config::max_pool(model);
  const bool after = model.norm_position == config::NormPosition::after;
  std::int64_t h = -1;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const std::string norm = fmt::format("norm{}", i);
    const std::int64_t input = h;
    h = build.convolve(h, fmt::format("conv{}", i), channels[i], kernels[i], strides[i], model.padding, true);
    h = after ? build.normalize(build.activate(h), norm) : build.activate(build.normalize(h, norm));
    if (max_pool[i] > 1) h = build.pool(h, max_pool[i], max_pool[i], 0);
    build.drop(h);
    h = build.close_block(input);
  }
  return build.finish(h, model.pooling, outputs);
}

// He et al. 2016: stem, stages of blocks, global average, readout.
class ResNet {
 public:
  ResNet(const config::Model& model, const Shape& shape) : model_(model), build_(model, shape) {
    const std::vector<std::int64_t> blocks = config::blocks(model);
    branches_ = std::accumulate(blocks.begin(), blocks.end(), std::int64_t{0});
  }

  Graph graph(std::int64_t outputs) {
    const std::vector<std::int64_t> blocks = config::blocks(model_), strides = config::strides(model_);
    std::int64_t width = model_.width.value_or(0), h = convolve(-1, "conv1", width, model_.stem.kernel, model_.stem.stride);
    if (!model_.preactivation) h = build_.activate(build_.normalize(h, "norm1"));
    if (model_.stem.max_pool) h = build_.pool(h, 3, 2, 1);
    for (std::size_t stage = 0; stage < blocks.size(); ++stage, width *= 2)
      for (std::int64_t i = 0; i < blocks[stage]; ++i)
        h = block(h, fmt::format("layer{}.{}.", stage + 1, i), width, i == 0 ? strides[stage] : 1);
    if (model_.preactivation) h = build_.activate(build_.normalize(h, "norm"));
    return build_.finish(h, config::Pooling::average, outputs);
  }

 private:
  struct Convolution {
    std::int64_t out, kernel, stride;
  };

  std::int64_t convolve(std::int64_t input, std::string name, std::int64_t out, std::int64_t kernel,
                        std::int64_t stride, bool starts_at_zero = false) {
    return build_.convolve(input, std::move(name), out, kernel, stride, kernel / 2,
                           model_.norm.kind == config::NormKind::none, starts_at_zero);
  }

  std::vector<Convolution> convolutions(std::int64_t width, std::int64_t stride) const {
    switch (model_.block) {
      case config::BlockKind::basic: return {{width, 3, stride}, {width, 3, 1}};
      case config::BlockKind::bottleneck: return {{width, 1, 1}, {width, 3, stride}, {4 * width, 1, 1}};
    }
    __builtin_unreachable();
  }

  // Post-activation: norm after each convolution, activation after the sum; pre-activation (He et al. 2016b): both
  // before each convolution. Dropout lies before the last convolution (Zagoruyko and Komodakis 2016).
  std::int64_t block(std::int64_t input, const std::string& name, std::int64_t width, std::int64_t stride) {
    const std::vector<Convolution> list = convolutions(width, stride);
    const bool pre = model_.preactivation;
    // What follows the last convolution starts at 0: its norm, or it itself where none follows.
    const bool zero_norm = model_.zero_init_residual && !pre && model_.norm.kind != config::NormKind::none;
    std::int64_t h = input, activated = input;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const bool last = i + 1 == list.size();
      const std::string norm = fmt::format("{}norm{}", name, i + 1);
      if (pre) h = build_.activate(build_.normalize(h, norm));
      if (i == 0) activated = h;
      if (last) h = build_.drop(h);
      h = convolve(h, fmt::format("{}conv{}", name, i + 1), list[i].out, list[i].kernel, list[i].stride,
                   last && model_.zero_init_residual && !zero_norm);
      if (!pre) h = build_.normalize(h, norm, last && zero_norm);
      if (!pre && !last) h = build_.activate(h);
    }
    const bool plain = model_.shortcut == config::ShortcutKind::none;
    if (!plain) {
      ++branch_;
      const double survival =
          1 - model_.stochastic_depth * static_cast<double>(branch_) / static_cast<double>(branches_);
      h = build_.sum(shortcut(input, activated, name, build_.shape_of(h), stride), h, survival);
    }
    if (!pre) h = build_.activate(h);
    return plain ? build_.close_block(input) : h;
  }

  std::int64_t shortcut(std::int64_t input, std::int64_t activated, const std::string& name, const Shape& out,
                        std::int64_t stride) {
    if (stride == 1 && build_.shape_of(input).channels == out.channels) return input;
    if (model_.shortcut == config::ShortcutKind::identity) return build_.subsample(input, stride, out);
    const std::int64_t h =
        convolve(model_.preactivation ? activated : input, name + "shortcut.conv", out.channels, 1, stride);
    return model_.preactivation ? h : build_.normalize(h, name + "shortcut.norm");
  }

  const config::Model& model_;
  Builder build_;
  std::int64_t branches_ = 0, branch_ = 0;
};

}  // namespace

Graph convnet_of(const config::Model& model, const Shape& shape, std::int64_t outputs) {
  if (model.kind == config::ModelKind::cnn) return cnn(model, shape, outputs);
  return ResNet(model, shape).graph(outputs);
}

}  // namespace descent::plan
