#include "fused/layout.h"

#include <algorithm>

#include "fused/kernels/kernels.h"

namespace descent::fused {
namespace {

using Kind = plan::Layer::Kind;

// [out, in] for a linear map, [out, in, height, width] for a convolution, without the height for signals.
std::vector<std::int64_t> file_shape(const plan::Layer& layer, const config::Shape& input) {
  if (layer.kind == Kind::linear) return {layer.out, layer.fan_in()};
  if (input.height == 1) return {layer.out, layer.in, layer.kernel_width};
  return {layer.out, layer.in, layer.kernel_height, layer.kernel_width};
}

}  // namespace

template <class T> Layout make_layout(const config::Model& model, const config::Shape& input, std::int64_t outputs) {
  Layout layout;
  layout.input = input;
  layout.features = input.features();
  layout.input_stride = padded<T>(layout.features);
  layout.outputs = outputs;
  layout.output_stride = padded<T>(outputs);
  for (const plan::Layer& layer : plan::layers_of(model, input, outputs)) {
    const auto add = [&](const char* what, TensorRole role, TensorSlot tensor) {
      tensor.name = layer.name + what;
      tensor.role = role;
      std::int64_t& end = tensor.is_statistic() ? layout.statistics : layout.parameters;
      tensor.offset = end;
      end += tensor.size();
      layout.tensors.push_back(std::move(tensor));
    };
    TensorSlot vector{
        .rows = 1, .columns = layer.out, .stride = padded<T>(layer.out), .channels = 1, .shape = {layer.out}};
    if (layer.kind == Kind::norm) {
      if (layer.affine) add(".weight", TensorRole::gamma, vector);
      if (layer.bias) add(".bias", TensorRole::beta, vector);
      if (!layer.running_statistics) continue;
      add(".running_mean", TensorRole::running_mean, vector);
      add(".running_var", TensorRole::running_variance, vector);
    } else {
      TensorSlot weight = vector;
      weight.rows = layer.fan_in();
      weight.channels = layer.in;
      weight.shape = file_shape(layer, input);
      weight.of_hidden_units = layer.trained && !layer.gives_outputs;
      add(".weight", layer.trained ? TensorRole::weight : TensorRole::random_weight, weight);
      if (layer.bias) add(".bias", layer.trained ? TensorRole::bias : TensorRole::random_bias, vector);
    }
  }
  return layout;
}

const TensorSlot* Layout::find(std::string_view name) const {
  const auto found = std::ranges::find(tensors, name, &TensorSlot::name);
  return found == tensors.end() ? nullptr : &*found;
}

std::int64_t Layout::offset(std::string_view name) const {
  const TensorSlot* tensor = find(name);
  return tensor ? tensor->offset : absent;
}

template Layout make_layout<float>(const config::Model&, const config::Shape&, std::int64_t);
template Layout make_layout<double>(const config::Model&, const config::Shape&, std::int64_t);

}  // namespace descent::fused
