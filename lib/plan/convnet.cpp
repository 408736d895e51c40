#include "plan/convnet.h"

#include <fmt/format.h>

namespace descent::plan {
namespace {

using config::Block;
using config::Shape;
using Op = Node::Op;

class Builder {
 public:
  Builder(const config::Model& model, const Shape& shape) : model_(model), input_(shape) {}

  const Shape& shape_of(std::int64_t node) const { return node < 0 ? input_ : graph_.nodes[node].out_shape; }

  std::int64_t convolve(std::int64_t input, std::string name, std::int64_t out, std::int64_t kernel,
                        std::int64_t stride, std::int64_t padding, bool bias, bool starts_at_zero = false) {
    const config::Window window = config::window(input_.height == 1, kernel, stride, padding);
    const Shape in = shape_of(input), map = window.output(in, out);
    return add({.op = Op::convolution, .input = input, .out_shape = map, .window = window, .name = name},
               {.kind = Layer::Kind::convolution,
                .name = name,
                .in = in.channels,
                .out = out,
                .kernel_height = window.kernel_height,
                .kernel_width = window.kernel_width,
                .positions = map.height * map.width,
                .bias = bias,
                .initial_scale = starts_at_zero ? 0.0 : 1.0});
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
    return add({.op = Op::add,
                .input = input,
                .branch = branch,
                .out_shape = shape_of(input),
                .block = blocks_++,
                .survival = survival,
                .name = name_of(branch)});
  }

  std::int64_t subsample(std::int64_t input, std::int64_t stride, const Shape& out) {
    return add({.op = Op::shortcut,
                .input = input,
                .out_shape = out,
                .window = config::window(input_.height == 1, 1, stride, 0)});
  }

  std::int64_t pool(std::int64_t input, std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
    const config::Window window = config::window(input_.height == 1, kernel, stride, padding);
    const Shape in = shape_of(input);
    return add({.op = Op::max_pool,
                .input = input,
                .out_shape = window.output(in, in.channels),
                .window = window,
                .name = name_of(input)});
  }

  Graph finish(std::int64_t input, config::Pooling pooling, std::int64_t outputs) {
    Shape in = shape_of(input);
    const Shape pooled{in.channels, 1, 1};
    switch (pooling) {
      case config::Pooling::flatten: break;
      case config::Pooling::average:
        input = add({.op = Op::global_average_pool, .input = input, .out_shape = pooled});
        break;
      case config::Pooling::max:
        input = add({.op = Op::max_pool,
                     .input = input,
                     .out_shape = pooled,
                     .window = {.kernel_height = in.height, .kernel_width = in.width}});
    }
    in = shape_of(input);
    add({.op = Op::convolution,
         .input = input,
         .out_shape = {outputs, 1, 1},
         .window = {.kernel_height = in.height, .kernel_width = in.width},
         .name = "linear"},
        {.kind = Layer::Kind::linear,
         .name = "linear",
         .in = in.channels,
         .out = outputs,
         .kernel_height = in.height,
         .kernel_width = in.width,
         .gives_outputs = true});
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
  std::int64_t dropouts_ = 0, blocks_ = 0;
};

Graph cnn(const config::Model& model, const Shape& shape, std::int64_t outputs) {
  Builder build(model, shape);
  const std::vector<std::int64_t> channels = config::channels(model), kernels = config::kernels(model),
                                  strides = config::strides(model), max_pool = config::max_pool(model);
  const bool after = model.norm_position == config::NormPosition::after;
  std::int64_t h = -1;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const std::string norm = fmt::format("norm{}", i);
    h = build.convolve(h, fmt::format("conv{}", i), channels[i], kernels[i], strides[i], model.padding, true);
    h = after ? build.normalize(build.activate(h), norm) : build.activate(build.normalize(h, norm));
    if (max_pool[i] > 1) h = build.pool(h, max_pool[i], max_pool[i], 0);
    h = build.drop(h);
  }
  return build.finish(h, model.pooling, outputs);
}

// He et al. 2016: stem, stages of blocks, global average, readout.
class ResNet {
 public:
  ResNet(const config::Model& model, const Shape& shape) : model_(model), build_(model, shape) {}

  Graph graph(std::int64_t outputs) {
    std::int64_t h = convolve(-1, "conv1", model_.width.value_or(0), model_.stem.kernel, model_.stem.stride);
    if (!model_.preactivation) h = build_.activate(build_.normalize(h, "norm1"));
    if (model_.stem.max_pool) h = build_.pool(h, 3, 2, 1);
    const std::vector<Block> blocks = config::residual_blocks(model_);
    for (std::size_t i = 0; i < blocks.size(); ++i)
      h = block(h, blocks[i],
                1 - model_.stochastic_depth * static_cast<double>(i + 1) / static_cast<double>(blocks.size()));
    if (model_.preactivation && model_.final_norm) h = build_.activate(build_.normalize(h, "norm"));
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

  std::vector<Convolution> convolutions(const Block& block) const {
    switch (model_.block) {
      case config::BlockKind::basic: return {{block.width, 3, block.stride}, {block.out, 3, 1}};
      case config::BlockKind::bottleneck:
        return {{block.width, 1, 1}, {block.width, 3, block.stride}, {block.out, 1, 1}};
    }
    __builtin_unreachable();
  }

  // Post-activation: norm after each convolution, activation after the sum; pre-activation (He et al. 2016b): both
  // before each convolution. Dropout lies before the last convolution (Zagoruyko and Komodakis 2016).
  std::int64_t block(std::int64_t input, const Block& block, double survival) {
    const std::vector<Convolution> list = convolutions(block);
    const std::string name = fmt::format("layer{}.{}.", block.stage + 1, block.index);
    const bool pre = model_.preactivation;
    // zero_init_residual starts the norm after the last convolution at 0, or that convolution if no norm follows.
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
    if (model_.shortcut != config::ShortcutKind::none)
      h = build_.sum(shortcut(input, activated, name, block, build_.shape_of(h)), h, survival);
    return pre ? h : build_.activate(h);
  }

  std::int64_t shortcut(std::int64_t input, std::int64_t activated, const std::string& name, const Block& block,
                        const Shape& out) {
    if (block.keeps_shape()) return input;
    if (model_.shortcut == config::ShortcutKind::identity) return build_.subsample(input, block.stride, out);
    const std::int64_t h =
        convolve(model_.preactivation ? activated : input, name + "shortcut.conv", block.out, 1, block.stride);
    return model_.preactivation ? h : build_.normalize(h, name + "shortcut.norm");
  }

  const config::Model& model_;
  Builder build_;
};

}  // namespace

Graph convnet_of(const config::Model& model, const Shape& shape, std::int64_t outputs) {
  if (model.kind == config::ModelKind::cnn) return cnn(model, shape, outputs);
  return ResNet(model, shape).graph(outputs);
}

}  // namespace descent::plan
