// The networks for signals and images.

#include "core/text.h"
#include "plan/export/python_class.h"

namespace descent::plan {
namespace {

std::int64_t dimensions_of(const Architecture& architecture) { return architecture.is_signal() ? 1 : 2; }

std::string help_of(const Architecture& architecture) {
  return fmt::format("[B, {}] -> [B, {}]", architecture.input.features(), architecture.outputs);
}

// The arguments of the constructor of a convolution in a block.
struct BlockConvolution {
  std::string_view in, out, window;
};

std::vector<BlockConvolution> block_convolutions(const config::Model& model) {
  if (model.block == config::BlockKind::basic)
    return {{"inputs", "width", "3, stride, 1"}, {"width", "outputs", "3, 1, 1"}};
  return {{"inputs", "width", "1"}, {"width", "width", "3, stride, 1"}, {"width", "outputs", "1"}};
}

class BlockClass {
 public:
  explicit BlockClass(const Architecture& resnet)
      : resnet_(resnet), model_(resnet.model), layers_(resnet.model, dimensions_of(resnet)) {}

  PythonClass python() {
    add_branch();
    if (model_.dropout.rate > 0) result_.constructor.add("self.dropout = " + layers_.dropout());
    if (model_.stochastic_depth > 0) add_stochastic_depth();
    std::string end = "h";
    if (model_.shortcut != config::ShortcutKind::none) {
      add_shortcut();
      end = pre_ ? "shortcut + h" : "self.shortcut(x) + h";
    }
    result_.forward.add("return " + (pre_ ? end : layers_.activated(end)));
    return result_;
  }

 private:
  std::string norm(std::size_t i) const { return fmt::format("self.norm{}", i + 1); }

  void add_branch() {
    const std::vector<BlockConvolution> list = block_convolutions(model_);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const auto& [in, out, window] = list[i];
      const bool last = i + 1 == list.size();
      if (resnet_.has_norm() && pre_) result_.constructor.add(norm(i) + " = " + layers_.norm(in));
      result_.constructor.add("self.conv{} = {}", i + 1, layers_.convolution(in, out, window, !resnet_.has_norm()));
      if (resnet_.has_norm() && !pre_) result_.constructor.add(norm(i) + " = " + layers_.norm(out));
      std::string h = i == 0 ? "x" : "h";
      if (pre_) h = layers_.activated(layers_.normalized(norm(i), h));
      if (i == 0 && pre_ && model_.shortcut != config::ShortcutKind::none) {
        result_.forward.add("h = " + h);
        result_.forward.add(model_.shortcut == config::ShortcutKind::projection
                                ? "shortcut = self.shortcut(h) if self.projects else x"
                                : "shortcut = self.shortcut(x)");
        h = "h";
      }
      if (last) h = layers_.dropped(h);
      h = fmt::format("self.conv{}({})", i + 1, h);
      if (!pre_) h = layers_.normalized(norm(i), h);
      if (!pre_ && !last) h = layers_.activated(h);
      result_.forward.add("h = " + h);
    }
  }

  void add_stochastic_depth() {
    result_.arguments += ", survival";
    result_.constructor.add("self.survival = survival");
    result_.forward.add("if self.training:");
    result_.forward.add("    h = h * torch.bernoulli(torch.tensor(self.survival)) / self.survival");
  }

  void add_shortcut() {
    const bool projection = model_.shortcut == config::ShortcutKind::projection;
    if (projection && pre_) result_.constructor.add("self.projects = inputs != outputs or stride != 1");
    result_.constructor.add("self.shortcut = nn.Identity()");
    result_.constructor.add("if inputs != outputs or stride != 1:");
    if (!projection) {
      result_.constructor.add("    self.shortcut = Subsample(outputs - inputs, stride)");
      return;
    }
    const auto add = [&](const std::string& line) { result_.constructor.add("    " + line); };
    add("self.shortcut = nn.Sequential(OrderedDict(");
    add("    conv=" + layers_.convolution("inputs", "outputs", "1, stride", !resnet_.has_norm()) + ",");
    if (resnet_.has_norm() && !pre_) add("    norm=" + layers_.norm("outputs") + ",");
    add("))");
  }

  const Architecture& resnet_;
  const config::Model& model_;
  const PythonLayers layers_;
  const bool pre_ = resnet_.model.preactivation;
  PythonClass result_{"Block", "A residual block.", ", inputs, width, outputs, stride"};
};

PythonClass subsample_class(std::int64_t dimensions) {
  PythonClass result{"Subsample", "Every stride-th position, padded with zero channels (He et al. 2016, option A).",
                     ", channels, stride"};
  result.constructor = {"self.channels, self.stride = channels, stride"};
  result.forward = {dimensions == 1 ? "x = x[:, :, ::self.stride]" : "x = x[:, :, ::self.stride, ::self.stride]",
                    fmt::format("return F.pad(x, ({}0, self.channels))", dimensions == 1 ? "0, 0, " : "0, 0, 0, 0, ")};
  return result;
}

}  // namespace

std::vector<PythonClass> convnet_classes(const Architecture& cnn) {
  const config::Model& model = cnn.model;
  const PythonLayers layers(model, dimensions_of(cnn));
  const std::vector<std::int64_t> channels = config::channels(model), kernels = config::kernels(model),
                                  strides = config::strides(model), pools = config::max_pool(model);
  const std::vector<config::Shape> maps = config::cnn_maps(model, cnn.input);
  PythonClass result{"ConvNet", help_of(cnn)};
  result.forward.add(to_maps(cnn));
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const std::string window = fmt::format("{}, {}, {}", kernels[i], strides[i], model.padding);
    result.constructor.add(
        "self.conv{} = {}", i,
        layers.convolution(std::to_string(maps[i].channels), std::to_string(channels[i]), window, true));
    if (cnn.has_norm()) result.constructor.add("self.norm{} = {}", i, layers.norm(std::to_string(channels[i])));
    std::string x = layers.hidden(fmt::format("self.norm{}", i), fmt::format("self.conv{}(x)", i));
    if (pools[i] > 1) x = layers.max_pooled(x, std::to_string(pools[i]));
    result.forward.add("x = " + layers.dropped(x));
  }
  const bool flat = model.pooling == config::Pooling::flatten;
  result.constructor.add("self.linear = nn.Linear({}, {})", flat ? maps.back().features() : maps.back().channels,
                         cnn.outputs);
  if (model.dropout.rate > 0) result.constructor.add("self.dropout = " + layers.dropout());
  switch (model.pooling) {
    case config::Pooling::flatten: result.forward.add("return self.linear(x.flatten(1))"); break;
    case config::Pooling::average: result.forward.add("return self.linear(x.flatten(2).mean(2))"); break;
    case config::Pooling::max: result.forward.add("return self.linear(x.flatten(2).max(2).values)");
  }
  return {result};
}

std::vector<PythonClass> resnet_classes(const Architecture& resnet) {
  const config::Model& model = resnet.model;
  const PythonLayers layers(model, dimensions_of(resnet));
  const std::string width = std::to_string(model.width.value_or(0));
  const auto normalized_and_activated = [&](const std::string& norm, const std::string& x) {
    return "x = " + layers.activated(layers.normalized(norm, x));
  };
  PythonClass result{"ResNet", help_of(resnet)};
  const std::string stem = fmt::format("{}, {}, {}", model.stem.kernel, model.stem.stride, model.stem.kernel / 2);
  result.constructor.add("self.conv1 = " +
                         layers.convolution(std::to_string(resnet.input.channels), width, stem, !resnet.has_norm()));
  if (resnet.has_norm() && !model.preactivation) result.constructor.add("self.norm1 = " + layers.norm(width));
  result.forward.add(to_maps(resnet));
  result.forward.add(model.preactivation ? "x = self.conv1(x)"
                                         : normalized_and_activated("self.norm1", "self.conv1(x)"));
  if (model.stem.max_pool) result.forward.add("x = " + layers.max_pooled("x", "3, 2, 1"));

  const std::vector<config::Block> blocks = config::residual_blocks(model);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const config::Block& block = blocks[i];
    if (block.index == 0) {
      result.constructor.add("self.layer{} = nn.Sequential(", block.stage + 1);
      result.forward.add("x = self.layer{}(x)", block.stage + 1);
    }
    const double depth = static_cast<double>(i + 1) / static_cast<double>(blocks.size());
    const std::string survival = core::format_number(1 - model.stochastic_depth * depth);
    result.constructor.add("    Block({}, {}, {}, {}{}),", block.in, block.width, block.out, block.stride,
                           model.stochastic_depth > 0 ? ", " + survival : "");
    if (i + 1 == blocks.size() || blocks[i + 1].index == 0) result.constructor.add(")");
  }
  const std::string channels = std::to_string(blocks.back().out);
  if (model.preactivation && model.final_norm) {
    if (resnet.has_norm()) result.constructor.add("self.norm = " + layers.norm(channels));
    result.forward.add(normalized_and_activated("self.norm", "x"));
  }
  result.constructor.add("self.linear = nn.Linear({}, {})", channels, resnet.outputs);
  result.forward.add("return self.linear(x.flatten(2).mean(2))");

  std::vector<PythonClass> all;
  if (model.shortcut == config::ShortcutKind::identity) all.push_back(subsample_class(dimensions_of(resnet)));
  all.push_back(BlockClass(resnet).python());
  all.push_back(std::move(result));
  return all;
}

}  // namespace descent::plan
