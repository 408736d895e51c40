#include "plan/export/onnx.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/error.h"
#include "plan/convnet.h"
#include "plan/export/onnx_builder.h"
#include "plan/export/python.h"

namespace descent::plan {
namespace {

using Shape = OnnxBuilder::Shape;

// `prefix`: the beginning of the names of its layers, such as "expert0.".
std::string mlp(OnnxBuilder& graph, std::string x, const config::Model& model, const std::string& prefix) {
  const std::size_t depth = config::hidden_widths(model).size();
  const auto linear = [&](std::size_t i, const std::string& x) {
    return graph.linear(x, fmt::format("{}linear{}", prefix, i));
  };
  const auto normalized = [&](std::size_t i, const std::string& x) {
    if (model.norm.kind == config::NormKind::none) return x;
    const Layer& layer = graph.layer(fmt::format("{}norm{}", prefix, i));
    return graph.norm(x, model.norm, layer, {layer.out});
  };
  const auto hidden = [&](std::size_t i, const std::string& z) {
    if (model.norm_position == config::NormPosition::after) return normalized(i, graph.activation(z, model.activation));
    return graph.activation(normalized(i, z), model.activation);
  };
  if (!model.residual) {
    for (std::size_t i = 0; i < depth; ++i) x = hidden(i, linear(i, x));
    return linear(depth, x);
  }
  for (std::size_t i = 0; i < depth; ++i)  // the sums of the linear maps
    x = i == 0 ? linear(i, x) : graph.node("Add", {x, linear(i, hidden(i - 1, x))});
  return linear(depth, depth == 0 ? x : hidden(depth - 1, x));
}

std::string linear_model(OnnxBuilder& graph, std::string x, const config::Model& model) {
  switch (model.features.kind) {
    case config::FeatureKind::raw: break;
    case config::FeatureKind::random_relu: x = graph.node("Relu", {graph.linear(x, "features")}); break;
    case config::FeatureKind::gaussian_basis: {
      const std::int64_t count = graph.layer("readout").in;
      const auto [first, last] = model.features.centers;
      std::vector<float> centers;
      for (std::int64_t i = 0; i < count; ++i)
        centers.push_back(static_cast<float>(first + (last - first) * static_cast<double>(i) /
                                                         static_cast<double>(std::max<std::int64_t>(count - 1, 1))));
      const auto scale = static_cast<float>(model.features.scale);
      const std::string distance =
          graph.node("Div", {graph.node("Sub", {x, graph.constant(centers, {count})}), graph.constant(scale)});
      x = graph.node("Exp", {graph.node("Mul", {graph.node("Mul", {distance, distance}), graph.constant(-0.5f)})});
    }
  }
  return graph.linear(x, "readout");
}

// Sets all but the top_k largest gates of each example to -infinity before the softmax.
std::string kept_gates(OnnxBuilder& graph, const std::string& gates, std::int64_t top_k) {
  const std::string values = graph.node("TopK", {gates, graph.constant(Shape{top_k})}, {}, 2);
  const std::string indices = values + "_1";
  const std::string lowest = graph.constant(-std::numeric_limits<float>::infinity());
  return graph.node("ScatterElements", {graph.node("Expand", {lowest, graph.node("Shape", {gates})}), indices, values},
                    {{"axis", std::int64_t{-1}}});
}

std::string mixture(OnnxBuilder& graph, const std::string& x, const Architecture& architecture) {
  const config::Model& model = architecture.model;
  const std::int64_t count = model.experts.count, top_k = model.gate.top_k.value_or(count);
  const bool mixes_probabilities = architecture.loss == config::LossKind::cross_entropy;
  std::string gates = mlp(graph, x, config::gate_model(model), "gate.");
  if (top_k < count) gates = kept_gates(graph, gates, top_k);
  const std::string log_gates = graph.node(
      "Unsqueeze", {graph.node("LogSoftmax", {gates}, {{"axis", std::int64_t{-1}}}), graph.constant(Shape{2})});
  std::vector<std::string> experts;
  for (std::int64_t i = 0; i < count; ++i)
    experts.push_back(graph.node("Unsqueeze", {mlp(graph, x, config::expert_model(model), fmt::format("expert{}.", i)),
                                               graph.constant(Shape{1})}));
  const std::string outputs = graph.node("Concat", experts, {{"axis", std::int64_t{1}}});  // [N, experts, outputs]
  if (mixes_probabilities) {
    const std::string log = graph.node("LogSoftmax", {outputs}, {{"axis", std::int64_t{-1}}});
    return graph.node("ReduceLogSumExp", {graph.node("Add", {log_gates, log})},
                      {{"axes", Shape{1}}, {"keepdims", std::int64_t{0}}});
  }
  return graph.node("ReduceSum",
                    {graph.node("Mul", {graph.node("Exp", {log_gates}), outputs}), graph.constant(Shape{1})},
                    {{"keepdims", std::int64_t{0}}});
}

// Translates the graph of a convolutional network node by node.
class ConvNetTranslator {
 public:
  ConvNetTranslator(OnnxBuilder& graph, const Architecture& architecture)
      : graph_(graph), architecture_(architecture), model_(architecture.model),
        convnet_(convnet_of(architecture.model, architecture.input, architecture.outputs)) {}

  std::string output(const std::string& x) {
    Shape shape = sizes(architecture_.input);
    shape.insert(shape.begin(), -1);
    examples_ = graph_.node("Reshape", {x, graph_.constant(shape)});
    for (const Node& node : convnet_.nodes) values_.push_back(translate(node));
    return values_.back();
  }

 private:
  using Op = Node::Op;

  // The shape of one example: {C, L} or {C, H, W}.
  Shape sizes(const config::Shape& shape) const {
    return architecture_.is_signal() ? Shape{shape.channels, shape.width}
                                     : Shape{shape.channels, shape.height, shape.width};
  }
  const std::string& value_of(std::int64_t node) const { return node < 0 ? examples_ : values_[node]; }
  const config::Shape& shape_of(std::int64_t node) const {
    return node < 0 ? architecture_.input : convnet_.nodes[node].out_shape;
  }

  std::string translate(const Node& node) {
    const std::string& x = value_of(node.input);
    switch (node.op) {
      case Op::convolution: {
        const Layer& layer = convnet_.layers[node.layer];
        if (layer.kind == Layer::Kind::linear) return graph_.linear(graph_.node("Flatten", {x}), layer.name);
        return graph_.convolution(x, layer, node.window);
      }
      case Op::normalize: return graph_.norm(x, model_.norm, convnet_.layers[node.layer], sizes(node.out_shape));
      case Op::activate: return graph_.activation(x, model_.activation);
      case Op::dropout: return x;
      case Op::add: return graph_.node("Add", {x, value_of(node.branch)});
      case Op::shortcut: return shortcut(x, node);
      case Op::global_average_pool: return graph_.node("GlobalAveragePool", {x});
      case Op::max_pool: return graph_.max_pool(x, node.window);
    }
    __builtin_unreachable();
  }

  std::string shortcut(const std::string& x, const Node& node) {
    Shape axes{2}, steps{node.window.stride_width};
    if (!architecture_.is_signal()) axes = {2, 3}, steps = {node.window.stride_height, node.window.stride_width};
    const Shape starts(axes.size(), 0), ends(axes.size(), std::numeric_limits<std::int64_t>::max());
    const std::string slice = graph_.node(
        "Slice", {x, graph_.constant(starts), graph_.constant(ends), graph_.constant(axes), graph_.constant(steps)});
    const std::size_t dimensions = axes.size() + 2;
    Shape pads(2 * dimensions, 0);
    pads[dimensions + 1] = node.out_shape.channels - shape_of(node.input).channels;
    return graph_.node("Pad", {slice, graph_.constant(pads)});
  }

  OnnxBuilder& graph_;
  const Architecture& architecture_;
  const config::Model& model_;
  const Graph convnet_;
  std::string examples_;
  std::vector<std::string> values_;  // names of the outputs of the nodes
};

std::string output_of(OnnxBuilder& graph, const std::string& x, const Architecture& architecture) {
  switch (architecture.model.kind) {
    case config::ModelKind::mlp: return mlp(graph, x, architecture.model, "");
    case config::ModelKind::cnn:
    case config::ModelKind::resnet: return ConvNetTranslator(graph, architecture).output(x);
    case config::ModelKind::linear_model: return linear_model(graph, x, architecture.model);
    case config::ModelKind::mixture_of_experts: return mixture(graph, x, architecture);
  }
  __builtin_unreachable();
}

}  // namespace

std::string onnx_model(const config::Experiment& experiment, const formats::Scalings& scalings, std::string_view title,
                       const std::filesystem::path& weights) {
  const Architecture architecture = architecture_of(experiment);
  OnnxBuilder builder(weights, layers_of(experiment), architecture.is_signal());
  const auto numbers = [&](const std::vector<double>& values) {
    return builder.constant(std::vector<float>(values.begin(), values.end()), {std::ssize(values)});
  };
  std::string x = "x";
  if (const auto& [shift, scale] = scalings.inputs; experiment.data.normalize != config::Normalize::none)
    x = builder.node("Mul", {builder.node("Sub", {x, numbers(shift)}), numbers(scale)});
  std::string y = output_of(builder, x, architecture);
  if (const auto& [shift, scale] = scalings.targets; !scale.empty())
    y = builder.node("Add", {builder.node("Div", {y, numbers(scale)}), numbers(shift)});
  formats::OnnxGraph graph = builder.finish(y, architecture.input.features(), architecture.outputs);
  graph.name = class_name(architecture.model.kind);
  graph.help = title;
  std::string bytes = formats::onnx_bytes(graph);
  if (bytes.size() > std::numeric_limits<std::int32_t>::max())
    throw core::InputError(
        "the network is larger than 2 GB, the limit of an ONNX file; export without it: --format "
        "safetensors,python");
  return bytes;
}

}  // namespace descent::plan
