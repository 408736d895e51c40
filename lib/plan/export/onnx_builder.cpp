#include "plan/export/onnx_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <numbers>

#include "core/error.h"
#include "formats/safetensors.h"

namespace descent::plan {

using config::NormKind;

OnnxBuilder::OnnxBuilder(const std::filesystem::path& weights, std::vector<Layer> layers, bool is_signal)
    : file_(weights.string()), layers_(std::move(layers)), is_signal_(is_signal) {
  for (const formats::StoredTensor& tensor : formats::read_safetensors(weights))
    std::visit(
        [&](const auto& values) {
          weights_[tensor.name] = {tensor.shape, std::vector<float>(values.begin(), values.end())};
        },
        tensor.values);
}

std::string OnnxBuilder::node(const std::string& operation, std::vector<std::string> inputs, Attributes attributes,
                              std::size_t outputs) {
  std::vector<std::string> names{fmt::format("{}_{}", operation, graph_.nodes.size())};
  while (names.size() < outputs) names.push_back(fmt::format("{}_{}", names[0], names.size()));
  graph_.nodes.push_back({operation, std::move(inputs), names, std::move(attributes)});
  return names[0];
}

std::string OnnxBuilder::constant(std::vector<float> values, Shape shape) {
  const std::string name = fmt::format("constant_{}", graph_.constants.size());
  graph_.constants.push_back({name, std::move(shape), std::move(values)});
  return name;
}

std::string OnnxBuilder::constant(const Shape& integers) {
  const std::string name = fmt::format("constant_{}", graph_.constants.size());
  graph_.constants.push_back({name, {std::ssize(integers)}, integers});
  return name;
}

const Layer& OnnxBuilder::layer(const std::string& name) const {
  return *std::ranges::find(layers_, name, &Layer::name);
}

std::string OnnxBuilder::weight(const std::string& name, const Shape& shape, const Shape& stored) {
  const auto found = weights_.find(name);
  if (found == weights_.end() || found->second.first != shape)
    throw core::InputError(fmt::format("{}: has no tensor {} of the shape [{}]; the file belongs to another network",
                                       file_, name, fmt::join(shape, ", ")));
  graph_.constants.push_back({name, stored, std::move(found->second.second)});
  return name;
}

std::string OnnxBuilder::weight_or(float value, const std::string& name, bool exists, std::int64_t size) {
  return exists ? weight(name, {size}) : constant(std::vector<float>(static_cast<std::size_t>(size), value), {size});
}

OnnxBuilder::Attributes OnnxBuilder::attributes_of(const config::Window& window) const {
  const auto sizes = [&](std::int64_t height, std::int64_t width) {
    return is_signal_ ? Shape{width} : Shape{height, width};
  };
  const Shape padding = sizes(window.padding_height, window.padding_width);
  Shape pads = padding;
  pads.insert(pads.end(), padding.begin(), padding.end());  // before and after
  return {{"kernel_shape", sizes(window.kernel_height, window.kernel_width)},
          {"strides", sizes(window.stride_height, window.stride_width)},
          {"pads", pads}};
}

std::string OnnxBuilder::linear(const std::string& x, const std::string& name) {
  const Layer& shape = layer(name);
  std::vector<std::string> inputs{x, weight(name + ".weight", {shape.out, shape.fan_in()})};
  if (shape.bias) inputs.push_back(weight(name + ".bias", {shape.out}));
  return node("Gemm", inputs, {{"transB", std::int64_t{1}}});
}

std::string OnnxBuilder::convolution(const std::string& x, const Layer& layer, const config::Window& window) {
  Shape shape{layer.out, layer.in, window.kernel_height, window.kernel_width};
  if (is_signal_) shape.erase(shape.begin() + 2);
  std::vector<std::string> inputs{x, weight(layer.name + ".weight", shape)};
  if (layer.bias) inputs.push_back(weight(layer.name + ".bias", {layer.out}));
  return node("Conv", inputs, attributes_of(window));
}

std::string OnnxBuilder::max_pool(const std::string& x, const config::Window& window) {
  return node("MaxPool", {x}, attributes_of(window));
}

std::string OnnxBuilder::norm(const std::string& x, const config::Norm& norm, const Layer& layer,
                              const Shape& example) {
  const std::int64_t channels = layer.out;
  const std::string gamma = layer.name + ".weight", beta = layer.name + ".bias";
  const auto epsilon = static_cast<float>(norm.epsilon);
  std::string y;
  switch (norm.kind) {
    case NormKind::none: return x;
    case NormKind::batch:
      if (norm.predict_with == config::PredictWith::batch)
        throw core::InputError(
            "ONNX has no batch norm that predicts with the statistics of the batch (model.norm.predict_with); export "
            "without it: --format safetensors,python");
      return node("BatchNormalization",
                  {x, weight_or(1, gamma, layer.affine, channels), weight_or(0, beta, layer.bias, channels),
                   weight(layer.name + ".running_mean", {channels}), weight(layer.name + ".running_var", {channels})},
                  {{"epsilon", epsilon}});
    case NormKind::layer:
      if (example.size() == 1)
        return node("LayerNormalization",
                    {x, weight_or(1, gamma, layer.affine, channels), weight_or(0, beta, layer.bias, channels)},
                    {{"epsilon", epsilon}});
      y = group_norm(x, norm, 1, example);
      break;
    case NormKind::group: y = group_norm(x, norm, norm.groups, example); break;
    case NormKind::rms: y = rms_norm(x, norm, example);
  }
  Shape per_channel(example.size(), 1);
  per_channel[0] = channels;
  if (layer.affine) y = node("Mul", {y, weight(gamma, {channels}, per_channel)});
  return layer.bias ? node("Add", {y, weight(beta, {channels}, per_channel)}) : y;
}

// An instance norm with the groups as channels: the operator GroupNormalization is newer than the opset.
std::string OnnxBuilder::group_norm(const std::string& x, const config::Norm& norm, std::int64_t groups,
                                    const Shape& example) {
  const auto size = static_cast<std::size_t>(groups);
  const std::string y =
      node("InstanceNormalization",
           {node("Reshape", {x, constant(Shape{0, groups, -1})}), constant(std::vector<float>(size, 1), {groups}),
            constant(std::vector<float>(size, 0), {groups})},
           {{"epsilon", static_cast<float>(norm.epsilon)}});
  Shape batch{-1};
  batch.insert(batch.end(), example.begin(), example.end());
  return node("Reshape", {y, constant(batch)});
}

std::string OnnxBuilder::rms_norm(const std::string& x, const config::Norm& norm, const Shape& example) {
  Shape axes;
  for (std::int64_t axis = 1; axis <= std::ssize(example); ++axis) axes.push_back(axis);
  const std::string square = node("ReduceMean", {node("Mul", {x, x})}, {{"axes", axes}});
  return node("Div", {x, node("Sqrt", {node("Add", {square, constant(static_cast<float>(norm.epsilon))})})});
}

std::string OnnxBuilder::activation(const std::string& x, config::Activation activation) {
  using config::Activation;
  switch (activation) {
    case Activation::relu: return node("Relu", {x});
    case Activation::tanh: return node("Tanh", {x});
    case Activation::sigmoid: return node("Sigmoid", {x});
    case Activation::gelu: {  // x Phi(x); the operator Gelu is newer than the opset
      const std::string erf = node("Erf", {node("Div", {x, constant(std::numbers::sqrt2_v<float>)})});
      return node("Mul", {node("Mul", {x, constant(0.5f)}), node("Add", {erf, constant(1.0f)})});
    }
    case Activation::leaky_relu: return node("LeakyRelu", {x}, {{"alpha", 0.01f}});
    case Activation::silu: return node("Mul", {x, node("Sigmoid", {x})});
    case Activation::identity: return x;
  }
  __builtin_unreachable();
}

formats::OnnxGraph OnnxBuilder::finish(const std::string& y, std::int64_t inputs, std::int64_t outputs) {
  graph_.nodes.push_back({"Identity", {y}, {"y"}});
  graph_.input = {"x", inputs};
  graph_.output = {"y", outputs};
  return std::move(graph_);
}

}  // namespace descent::plan
