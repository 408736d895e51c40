#include "probe/units.h"

#include <algorithm>
#include <cmath>

#include "plan/convnet.h"
#include "probe/look.h"

namespace descent::probe {
namespace {

bool pools_maxima(const config::Model& model) {
  return model.pooling == config::Pooling::max || model.stem.max_pool ||
         std::ranges::any_of(model.max_pool, [](std::int64_t places) { return places > 1; });
}

Rescaling allowed_rescaling(const config::Model& model) {
  if (model.norm.kind != config::NormKind::none) return Rescaling::none;
  switch (model.activation) {
    case config::Activation::tanh: return pools_maxima(model) ? Rescaling::none : Rescaling::signs;
    case config::Activation::relu:
    case config::Activation::leaky_relu:
    case config::Activation::identity: return Rescaling::positive;
    case config::Activation::sigmoid:
    case config::Activation::gelu:
    case config::Activation::silu: return Rescaling::none;
  }
  __builtin_unreachable();
}

std::int64_t add_stream(Wiring& wiring, const config::Model& model, std::int64_t width,
                        std::int64_t prefix = Wiring::fixed) {
  const std::int64_t groups = model.norm.kind == config::NormKind::group ? model.norm.groups : 1;
  wiring.streams.push_back({width, width / groups, allowed_rescaling(model), prefix});
  return std::ssize(wiring.streams) - 1;
}

void wire_perceptron(Wiring& wiring, const config::Model& model, const std::string& name, std::int64_t outputs) {
  std::int64_t in = Wiring::fixed, i = 0;
  for (const std::int64_t width : config::hidden_widths(model)) {
    const std::int64_t out = model.residual && i > 0 ? in : add_stream(wiring, model, width);
    wiring.layers[name + "linear" + std::to_string(i)] = {in, out};
    wiring.layers[name + "norm" + std::to_string(i++)] = {out, out};
    in = out;
  }
  wiring.layers[name + "linear" + std::to_string(i)] = {in, outputs};
}

void wire_mixture(Wiring& wiring, const config::Model& model) {
  wiring.streams.push_back({model.experts.count, model.experts.count, Rescaling::none});
  wiring.experts = 0;
  wire_perceptron(wiring, config::gate_model(model), "gate.", wiring.experts);
  for (std::int64_t e = 0; e < model.experts.count; ++e)
    wire_perceptron(wiring, config::expert_model(model), "expert" + std::to_string(e) + ".", Wiring::fixed);
}

void wire_convnet(Wiring& wiring, const config::Model& model, const fused::Layout& layout) {
  using Op = plan::Node::Op;
  const plan::Graph graph = plan::convnet_of(model, layout.input, layout.outputs);
  std::vector<std::int64_t> streams;  // of the nodes
  for (const plan::Node& node : graph.nodes) {
    const std::int64_t in = node.input < 0 ? Wiring::fixed : streams[static_cast<std::size_t>(node.input)];
    std::int64_t out = in;
    if (node.op == Op::convolution && &node != &graph.nodes.back())
      out = add_stream(wiring, model, node.out_shape.channels);
    else if (node.op == Op::convolution) out = Wiring::fixed;
    else if (node.op == Op::shortcut) out = add_stream(wiring, model, node.out_shape.channels, in);
    if (node.op == Op::add) {
      const std::int64_t branch = streams[static_cast<std::size_t>(node.branch)];
      for (auto& [name, ends] : wiring.layers)
        for (std::int64_t* end : {&ends.in, &ends.out})
          if (*end == branch) *end = in;
    }
    if (node.layer >= 0) wiring.layers[graph.layers[static_cast<std::size_t>(node.layer)].name] = {in, out};
    streams.push_back(out);
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

Wiring wiring_of(const config::Model& model, const fused::Layout& layout) {
  Wiring wiring;
  switch (model.kind) {
    case config::ModelKind::mlp: wire_perceptron(wiring, model, "", Wiring::fixed); break;
    case config::ModelKind::cnn:
    case config::ModelKind::resnet: wire_convnet(wiring, model, layout); break;
    case config::ModelKind::mixture_of_experts: wire_mixture(wiring, model); break;
    case config::ModelKind::linear_model: break;
  }
  return wiring;
}

std::vector<Units> random_units(const Wiring& wiring, core::Random& random) {
  std::vector<Units> all;
  for (const Wiring::Stream& stream : wiring.streams) {
    Units units = stream.prefix == Wiring::fixed ? Units{} : all[static_cast<std::size_t>(stream.prefix)];
    const std::int64_t known = std::ssize(units.order);
    std::vector<std::int32_t> order;
    for (std::int64_t begin = known; begin < stream.width; begin += std::ssize(order)) {
      core::permute(random, std::min(stream.width, (begin / stream.block + 1) * stream.block) - begin, order);
      for (const std::int32_t i : order) units.order.push_back(static_cast<std::int32_t>(begin) + i);
    }
    for (std::int64_t j = known; j < stream.width; ++j)
      units.factor.push_back(random_factor(stream.rescaling, random));
    all.push_back(std::move(units));
  }
  return all;
}

template <class T>
void transform_units(const fused::Layout& layout, const Wiring& wiring, const std::vector<Units>& units, bool statistics,
                     const T* from, T* to) {
  const auto units_at = [&](std::int64_t stream) {
    return stream == Wiring::fixed ? nullptr : &units[static_cast<std::size_t>(stream)];
  };
  // The offset of the tensor that takes this one's place.
  const auto source = [&](const fused::NamedTensor& tensor) {
    if (wiring.experts == Wiring::fixed || !tensor.name.starts_with("expert")) return tensor.offset;
    const std::size_t dot = tensor.name.find('.'), expert = std::stoul(tensor.name.substr(6, dot - 6));
    return layout.offset("expert" + std::to_string(units_at(wiring.experts)->order[expert]) + tensor.name.substr(dot));
  };
  for (const fused::NamedTensor& tensor : layout.tensors) {
    if (tensor.is_statistic() != statistics) continue;
    const bool is_weight = tensor.role == fused::Role::weight;
    const Wiring::Ends& ends = wiring.layers.at(layer_of(tensor));
    const Units* out = units_at(ends.out);
    const Units* in = is_weight ? units_at(ends.in) : nullptr;
    const bool scaled = is_weight || tensor.role == fused::Role::bias;
    const T* values = from + source(tensor);
    for (std::int64_t r = 0; r < tensor.rows; ++r)
      for (std::int64_t c = 0; c < tensor.columns; ++c) {
        const auto unit = static_cast<std::size_t>(r % tensor.channels), column = static_cast<std::size_t>(c);
        const std::int64_t old_row = in ? r - r % tensor.channels + in->order[unit] : r;
        const std::int64_t old_column = out ? out->order[column] : c;
        const double factor = (scaled && out ? out->factor[column] : 1) / (in ? in->factor[unit] : 1);
        to[tensor.offset + r * tensor.stride + c] =
            static_cast<T>(static_cast<double>(values[old_row * tensor.stride + old_column]) * factor);
      }
  }
}

template void transform_units(const fused::Layout&, const Wiring&, const std::vector<Units>&, bool, const float*, float*);
template void transform_units(const fused::Layout&, const Wiring&, const std::vector<Units>&, bool, const double*,
                              double*);

}  // namespace descent::probe
