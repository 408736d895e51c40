#include "plan/layer_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "plan/convnet.h"

namespace descent::plan {
namespace {

using config::Shape;

std::int64_t positions(const Shape& shape) { return shape.height * shape.width; }

std::vector<std::int64_t> sizes_of(const Shape& shape, bool signal) {
  if (positions(shape) == 1) return {shape.channels};
  if (signal) return {shape.channels, shape.width};
  return {shape.channels, shape.height, shape.width};
}

// "5x5, stride 2"; for a signal "5, stride 2".
std::string window_text(const config::Window& window, bool signal) {
  const std::string kernel =
      signal ? std::to_string(window.kernel_width) : fmt::format("{}x{}", window.kernel_height, window.kernel_width);
  return window.stride_width > 1 ? fmt::format("{}, stride {}", kernel, window.stride_width) : kernel;
}

LayerRow row_of(const Layer& layer, const config::Experiment& experiment) {
  LayerRow row{.name = layer.name, .kind = "", .output = {layer.out}, .parameters = parameter_count({layer})};
  if (layer.kind == Layer::Kind::norm) {
    row.kind = fmt::format("{} norm", config::name_of(experiment.model.norm.kind));
    return row;
  }
  row.kind = layer.trained ? "linear" : "linear, not trained";
  row.fan_in = layer.fan_in();
  row.initial_sd = initial_sd(experiment.model.init, layer);
  return row;
}

std::vector<LayerRow> map_rows(const config::Experiment& experiment, const config::DataFacts& facts) {
  using Op = Node::Op;
  const Graph graph = convnet_of(experiment.model, facts.shape, facts.outputs);
  const bool signal = facts.shape.height == 1;
  std::vector<LayerRow> rows;
  for (const Node& node : graph.nodes) {
    LayerRow row;
    if (node.layer >= 0) row = row_of(graph.layers[node.layer], experiment);
    else if (node.op == Op::max_pool) row.kind = "max pooling " + window_text(node.window, signal);
    else if (node.op == Op::global_average_pool) row.kind = "average pooling";
    else continue;
    if (node.op == Op::convolution && graph.layers[node.layer].kind == Layer::Kind::convolution)
      row.kind = "convolution " + window_text(node.window, signal);
    row.output = sizes_of(node.out_shape, signal);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

std::vector<LayerRow> layer_table(const config::Experiment& experiment) {
  const config::Model& model = experiment.model;
  const config::DataFacts facts = config::data_facts(experiment.data);
  if (config::is_convolutional(model)) return map_rows(experiment, facts);
  std::vector<LayerRow> rows;
  for (const Layer& layer : layers_of(experiment)) rows.push_back(row_of(layer, experiment));
  if (model.kind == config::ModelKind::linear_model && model.features.kind == config::FeatureKind::gaussian_basis)
    rows.insert(rows.begin(), {.name = "features", .kind = "gaussian basis", .output = {*rows.back().fan_in}});
  return rows;
}

std::string shrinking_warning(const config::Experiment& experiment) {
  if (!config::is_convolutional(experiment.model)) return "";
  const config::DataFacts facts = config::data_facts(experiment.data);
  const Graph graph = convnet_of(experiment.model, facts.shape, facts.outputs);
  std::string shrinking_layer;
  std::size_t padded = 0;  // convolutions that see one position and padding
  for (const Node& node : graph.nodes) {
    const Shape in = node.input < 0 ? facts.shape : graph.nodes[node.input].out_shape;
    const bool is_readout = &node == &graph.nodes.back();
    const bool large_kernel = node.window.kernel_height * node.window.kernel_width > 1;
    if (positions(in) == 1 && node.op == Node::Op::convolution && !is_readout && large_kernel) ++padded;
    if (shrinking_layer.empty() && positions(in) > 1 && positions(node.out_shape) == 1) shrinking_layer = node.name;
  }
  if (padded == 0) return "";
  return fmt::format(
      "the feature map has one position after {}, so that {} only padding around it; use smaller strides",
      shrinking_layer.empty() ? "the input" : shrinking_layer,
      padded == 1 ? "the next convolution sees" : fmt::format("the next {} convolutions see", padded));
}

}  // namespace descent::plan
