#include "probe/permutation.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>

#include "config/data_facts.h"
#include "plan/convnet.h"

namespace descent::probe {
namespace {

bool has_max_pooling(const config::Model& model) {
  return model.pooling == config::Pooling::max || model.stem.max_pool ||
         std::ranges::any_of(model.max_pool, [](std::int64_t size) { return size > 1; });
}

Rescaling allowed_rescaling(const config::Model& model) {
  if (model.norm.kind != config::NormKind::none) return Rescaling::none;
  switch (model.activation) {
    case config::Activation::tanh: return has_max_pooling(model) ? Rescaling::none : Rescaling::signs;
    case config::Activation::relu:
    case config::Activation::leaky_relu:
    case config::Activation::identity: return Rescaling::positive;
    case config::Activation::sigmoid:
    case config::Activation::gelu:
    case config::Activation::silu: return Rescaling::none;
  }
  __builtin_unreachable();
}

std::int64_t add_axis(PermutationSpec& spec, const config::Model& model, std::int64_t width,
                      std::int64_t prefix = PermutationSpec::fixed) {
  const std::int64_t groups = model.norm.kind == config::NormKind::group ? model.norm.groups : 1;
  spec.axes.push_back({width, width / groups, allowed_rescaling(model), prefix});
  return std::ssize(spec.axes) - 1;
}

void add_perceptron(PermutationSpec& spec, const config::Model& model, const std::string& name, std::int64_t outputs) {
  std::int64_t in = PermutationSpec::fixed, i = 0;
  for (const std::int64_t width : config::hidden_widths(model)) {
    const std::int64_t out = model.residual && i > 0 ? in : add_axis(spec, model, width);
    spec.layers[name + "linear" + std::to_string(i)] = {in, out};
    spec.layers[name + "norm" + std::to_string(i++)] = {out, out, true};
    in = out;
  }
  spec.layers[name + "linear" + std::to_string(i)] = {in, outputs};
}

void add_mixture(PermutationSpec& spec, const config::Model& model) {
  spec.axes.push_back({model.experts.count, model.experts.count, Rescaling::none});
  spec.experts = 0;
  add_perceptron(spec, config::gate_model(model), "gate.", spec.experts);
  for (std::int64_t e = 0; e < model.experts.count; ++e)
    add_perceptron(spec, config::expert_model(model), "expert" + std::to_string(e) + ".", PermutationSpec::fixed);
}

void add_convnet(PermutationSpec& spec, const config::Experiment& experiment) {
  using Op = plan::Node::Op;
  const config::Model& model = experiment.model;
  const config::DataFacts facts = config::data_facts(experiment.data);
  const plan::Graph graph = plan::convnet_of(model, facts.shape, facts.outputs);
  std::vector<std::int64_t> axes;  // output axis of each node
  for (const plan::Node& node : graph.nodes) {
    const std::int64_t in = node.input < 0 ? PermutationSpec::fixed : axes[static_cast<std::size_t>(node.input)];
    std::int64_t out = in;
    if (node.op == Op::convolution && &node != &graph.nodes.back())
      out = add_axis(spec, model, node.out_shape.channels);
    else if (node.op == Op::convolution) out = PermutationSpec::fixed;
    else if (node.op == Op::shortcut) out = add_axis(spec, model, node.out_shape.channels, in);
    if (node.op == Op::add) {
      const std::int64_t branch = axes[static_cast<std::size_t>(node.branch)];
      for (auto& [name, ends] : spec.layers)
        for (std::int64_t* end : {&ends.in, &ends.out})
          if (*end == branch) *end = in;
    }
    if (node.layer >= 0)
      spec.layers[graph.layers[static_cast<std::size_t>(node.layer)].name] = {in, out, node.op == Op::normalize};
    axes.push_back(out);
  }
}

double random_factor(Rescaling rescaling, core::Random& random) {
  switch (rescaling) {
    case Rescaling::none: return 1;
    case Rescaling::signs: return random.below(2) == 0 ? 1 : -1;
    case Rescaling::positive: return std::exp(random.normal());
  }
  __builtin_unreachable();
}

}  // namespace

PermutationSpec permutation_spec(const config::Experiment& experiment) {
  const config::Model& model = experiment.model;
  PermutationSpec spec;
  switch (model.kind) {
    case config::ModelKind::mlp: add_perceptron(spec, model, "", PermutationSpec::fixed); break;
    case config::ModelKind::cnn:
    case config::ModelKind::resnet: add_convnet(spec, experiment); break;
    case config::ModelKind::mixture_of_experts: add_mixture(spec, model); break;
    case config::ModelKind::linear_model: break;
  }
  return spec;
}

std::vector<Units> random_units(const PermutationSpec& spec, core::Random& random) {
  std::vector<Units> all;
  for (const PermutationSpec::Axis& axis : spec.axes) {
    Units units = axis.prefix == PermutationSpec::fixed ? Units{} : all[static_cast<std::size_t>(axis.prefix)];
    const std::int64_t known = std::ssize(units.order);
    std::vector<std::int32_t> order;
    for (std::int64_t begin = known; begin < axis.width; begin += std::ssize(order)) {
      core::permute(random, std::min(axis.width, (begin / axis.block + 1) * axis.block) - begin, order);
      for (const std::int32_t i : order) units.order.push_back(begin + i);
    }
    for (std::int64_t j = known; j < axis.width; ++j) units.factor.push_back(random_factor(axis.rescaling, random));
    all.push_back(std::move(units));
  }
  return all;
}

std::vector<engine::NamedTensor> permuted(const std::vector<engine::NamedTensor>& tensors, const PermutationSpec& spec,
                                          const std::vector<Units>& units) {
  const auto units_of = [&](std::int64_t axis) {
    return axis == PermutationSpec::fixed ? nullptr : &units[static_cast<std::size_t>(axis)];
  };
  // The tensor that replaces this one if experts are permuted.
  const auto source = [&](const engine::NamedTensor& tensor) -> const at::Tensor& {
    if (spec.experts == PermutationSpec::fixed || !tensor.name.starts_with("expert")) return tensor.values;
    const std::size_t dot = tensor.name.find('.'), expert = std::stoul(tensor.name.substr(6, dot - 6));
    const std::string name = "expert" + std::to_string(units_of(spec.experts)->order[expert]) + tensor.name.substr(dot);
    return std::ranges::find(tensors, name, &engine::NamedTensor::name)->values;
  };
  std::vector<engine::NamedTensor> result;
  for (const engine::NamedTensor& tensor : tensors) {
    const std::size_t dot = tensor.name.rfind('.');
    const PermutationSpec::Ends& ends = spec.layers.at(tensor.name.substr(0, dot));
    const bool is_weight = !ends.is_norm && tensor.name.substr(dot) == ".weight";
    const Units* out = units_of(ends.out);
    const Units* in = is_weight ? units_of(ends.in) : nullptr;
    at::Tensor values = source(tensor).to(at::kDouble);
    // [out, in, positions], also for a readout of flattened maps.
    if (is_weight) values = values.reshape({values.size(0), in ? std::ssize(in->order) : 1, -1});
    if (out) values = values.index_select(0, at::tensor(out->order));
    if (in) values = values.index_select(1, at::tensor(in->order));
    if (is_weight) {
      const at::Tensor numerator =
          out ? at::tensor(out->factor, at::kDouble).view({-1, 1, 1}) : at::ones({1, 1, 1}, at::kDouble);
      values = values * (in ? numerator / at::tensor(in->factor, at::kDouble).view({1, -1, 1}) : numerator);
    } else if (out && !ends.is_norm) {
      values = values * at::tensor(out->factor, at::kDouble);
    }
    result.push_back({tensor.name, values.to(tensor.values.scalar_type()).view(tensor.values.sizes())});
  }
  return result;
}

}  // namespace descent::probe
