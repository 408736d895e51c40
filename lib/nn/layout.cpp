#include "nn/layout.h"

#include <fmt/format.h>

#include <cmath>

#include "nn/kernels/kernels.h"

namespace descent::nn {

namespace {

double branch_scale(const config::Model& model) {
  switch (model.branch_init) {
    case config::BranchInit::one: return 1;
    case config::BranchInit::inverse_sqrt_depth:
      return 1 / std::sqrt(static_cast<double>(config::hidden_widths(model).size() - 1));
    case config::BranchInit::zero: return 0;
  }
  __builtin_unreachable();
}

}  // namespace

template <class T>
Layout make_layout(const config::Model& model, std::int64_t features, std::int64_t outputs) {
  Layout layout;
  layout.features = features;
  layout.input_stride = padded<T>(features);
  const bool running = model.norm.kind == config::NormKind::batch;
  const auto take = [](std::int64_t& end, bool wanted, std::int64_t size) {
    if (!wanted) return absent;
    const std::int64_t offset = end;
    end += size;
    return offset;
  };
  for (const plan::Layer& shape : plan::layers_of(model, features, outputs)) {
    LayerLayout layer{};
    layer.in = shape.in;
    layer.out = shape.out;
    layer.stride = padded<T>(shape.out);
    layer.residual = model.residual && shape.hidden && !layout.layers.empty();
    layer.branch_scale = layer.residual ? branch_scale(model) : 1;
    layer.hidden = shape.hidden;
    layer.weight = take(layout.parameters, true, shape.in * layer.stride);
    layer.bias = take(layout.parameters, true, layer.stride);
    layer.gamma = take(layout.parameters, shape.norm_affine, layer.stride);
    layer.beta = take(layout.parameters, shape.norm_shift, layer.stride);
    layer.running_mean = take(layout.statistics, shape.hidden && running, layer.stride);
    layer.running_variance = take(layout.statistics, shape.hidden && running, layer.stride);
    layout.layers.push_back(layer);
  }
  return layout;
}

std::vector<NamedTensor> Layout::tensors() const {
  std::vector<NamedTensor> named;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const LayerLayout& layer = layers[i];
    const auto vector = [&](std::string_view what, std::int64_t offset, bool statistic) {
      if (offset != absent) named.push_back({fmt::format(fmt::runtime(what), i), offset, 0, layer.out, layer.stride,
                                             statistic});
    };
    named.push_back({fmt::format("linear{}.weight", i), layer.weight, layer.in, layer.out, layer.stride, false});
    vector("linear{}.bias", layer.bias, false);
    vector("norm{}.weight", layer.gamma, false);
    vector("norm{}.bias", layer.beta, false);
    vector("norm{}.running_mean", layer.running_mean, true);
    vector("norm{}.running_var", layer.running_variance, true);
  }
  return named;
}

template Layout make_layout<float>(const config::Model&, std::int64_t, std::int64_t);
template Layout make_layout<double>(const config::Model&, std::int64_t, std::int64_t);

}  // namespace descent::nn
