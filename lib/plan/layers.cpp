#include "plan/layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "plan/convnet.h"

namespace descent::plan {
namespace {

using Kind = Layer::Kind;

std::vector<Layer> mlp_layers(const config::Model& model, std::int64_t features, std::int64_t outputs) {
  std::vector<Layer> layers;
  std::vector<std::int64_t> widths = config::hidden_widths(model);
  std::int64_t in = features;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const double scale = model.residual && i > 0 ? branch_scale(model) : 1;
    layers.push_back(
        {.kind = Kind::linear, .name = fmt::format("linear{}", i), .in = in, .out = widths[i], .initial_scale = scale});
    if (model.norm.kind != config::NormKind::none)
      layers.push_back(norm_layer(model.norm, fmt::format("norm{}", i), widths[i]));
    in = widths[i];
  }
  layers.push_back({.kind = Kind::linear,
                    .name = fmt::format("linear{}", widths.size()),
                    .in = in,
                    .out = outputs,
                    .gives_outputs = true});
  return layers;
}

std::vector<Layer> linear_model_layers(const config::Model& model, std::int64_t features, std::int64_t outputs) {
  std::vector<Layer> layers;
  const std::int64_t count = config::feature_count(model, features);
  if (model.features.kind == config::FeatureKind::random_relu)
    layers.push_back({.kind = Kind::linear,
                      .name = "features",
                      .in = features,
                      .out = count,
                      .initial_scale = 1 / std::sqrt(static_cast<double>(count)),
                      .trained = false});
  layers.push_back({.kind = Kind::linear,
                    .name = "readout",
                    .in = count,
                    .out = outputs,
                    .bias = model.intercept,
                    .gradient_ends = true,
                    .gives_outputs = true});
  return layers;
}

std::vector<Layer> mixture_layers(const config::Model& model, std::int64_t features, std::int64_t outputs) {
  std::vector<Layer> layers;
  const auto add = [&](const std::string& name, std::vector<Layer> part) {
    part.front().gradient_ends = true;
    for (Layer& layer : part) {
      layer.name = name + "." + layer.name;
      layers.push_back(std::move(layer));
    }
  };
  add("gate", mlp_layers(config::gate_model(model), features, model.experts.count));
  for (std::int64_t i = 0; i < model.experts.count; ++i)
    add(fmt::format("expert{}", i), mlp_layers(config::expert_model(model), features, outputs));
  return layers;
}

double product_flops(const Layer& layer) {
  if (layer.kind == Kind::norm) return 0;
  return 2.0 * static_cast<double>(layer.fan_in()) * static_cast<double>(layer.out) *
         static_cast<double>(layer.positions);
}

// Computing the features of all examples and the thin singular value decomposition of their matrix (Golub and Van Loan
// 2013, section 8.6.3), without the cubic term in the shorter side, which divide and conquer mostly avoids.
double solve_flops(const config::Experiment& experiment) {
  const std::vector<Layer> layers = layers_of(experiment);
  const auto examples = static_cast<double>(config::split_sizes(experiment.data).train);
  const auto features = static_cast<double>(layers.back().in + (layers.back().bias ? 1 : 0));
  const double low = std::min(examples, features), high = std::max(examples, features);
  return (forward_flops(layers) - product_flops(layers.back())) * examples + 6 * high * low * low;
}

}  // namespace

double branch_scale(const config::Model& model) {
  switch (model.branch_init) {
    case config::BranchInit::one: return 1;
    case config::BranchInit::inverse_sqrt_depth:
      return 1 / std::sqrt(static_cast<double>(config::hidden_widths(model).size() - 1));
    case config::BranchInit::zero: return 0;
  }
  __builtin_unreachable();
}

Layer norm_layer(const config::Norm& norm, std::string name, std::int64_t features, double initial_scale) {
  Layer layer{.kind = Kind::norm,
              .name = std::move(name),
              .in = features,
              .out = features,
              .bias = norm.affine,
              .affine = norm.affine,
              .initial_scale = initial_scale};
  switch (norm.kind) {
    case config::NormKind::batch: layer.running_statistics = true; break;
    case config::NormKind::rms: layer.bias = false; break;
    case config::NormKind::none:
    case config::NormKind::layer:
    case config::NormKind::group: break;
  }
  return layer;
}

std::vector<Layer> layers_of(const config::Model& model, const config::Shape& shape, std::int64_t outputs) {
  switch (model.kind) {
    case config::ModelKind::mlp: return mlp_layers(model, shape.features(), outputs);
    case config::ModelKind::cnn:
    case config::ModelKind::resnet: return convnet_of(model, shape, outputs).layers;
    case config::ModelKind::linear_model: return linear_model_layers(model, shape.features(), outputs);
    case config::ModelKind::mixture_of_experts: return mixture_layers(model, shape.features(), outputs);
  }
  __builtin_unreachable();
}

std::vector<Layer> layers_of(const config::Experiment& experiment) {
  const config::DataFacts facts = config::data_facts(experiment.data);
  return layers_of(experiment.model, facts.shape, facts.outputs);
}

std::int64_t parameter_count(const std::vector<Layer>& layers) {
  std::int64_t count = 0;
  bool fits = true;
  for (const Layer& layer : layers) {
    if (!layer.trained) continue;
    std::int64_t weights = layer.affine ? layer.out : 0;
    if (layer.kind != Kind::norm) fits &= !__builtin_mul_overflow(layer.fan_in(), layer.out, &weights);
    fits &= !__builtin_add_overflow(count, weights, &count);
    fits &= !__builtin_add_overflow(count, layer.bias ? layer.out : 0, &count);
  }
  return fits ? count : std::numeric_limits<std::int64_t>::max();
}

double forward_flops(const std::vector<Layer>& layers) {
  double flops = 0;
  for (const Layer& layer : layers) flops += product_flops(layer);
  return flops;
}

double training_flops(const std::vector<Layer>& layers) {
  double flops = 0;
  for (const Layer& layer : layers) {
    const bool input_gradient = layer.trained && !layer.gradient_ends && &layer != &layers.front();
    flops += product_flops(layer) * (1 + (layer.trained ? 1 : 0) + (input_gradient ? 1 : 0));
  }
  return flops;
}

double step_flops(const config::Experiment& experiment) {
  if (config::has_closed_form(experiment.train)) return 0;
  const std::int64_t examples = config::split_sizes(experiment.data).train;
  return training_flops(layers_of(experiment)) * static_cast<double>(config::batch_size(experiment.train, examples));
}

double run_flops(const config::Experiment& experiment) {
  if (config::has_closed_form(experiment.train)) return solve_flops(experiment);
  const std::int64_t examples = config::split_sizes(experiment.data).train;
  return step_flops(experiment) * static_cast<double>(config::total_steps(experiment.train, examples));
}

double initial_variance(const config::Init& init, double fan_in, double fan_out) {
  using config::InitScheme;
  switch (init.scheme) {
    case InitScheme::zeros:
    case InitScheme::constant: return 0;
    case InitScheme::pytorch_default: return 1 / (3 * fan_in);
    case InitScheme::xavier_normal:
    case InitScheme::xavier_uniform: return 2.0 / (fan_in + fan_out);
    case InitScheme::he_normal:
    case InitScheme::he_uniform: return 2.0 / (init.mode == config::FanMode::fan_in ? fan_in : fan_out);
    case InitScheme::normal:
    case InitScheme::uniform:
    case InitScheme::lecun_normal: return 1.0 / fan_in;
    case InitScheme::orthogonal: return 1 / std::max(fan_in, fan_out);
  }
  __builtin_unreachable();
}

double initial_sd(const config::Init& init, const Layer& layer) {
  const auto fan_in = static_cast<double>(layer.fan_in());
  // Random features are drawn from N(0, 1 / fan_in), independent of the scheme.
  if (!layer.trained) return layer.initial_scale / std::sqrt(fan_in);
  // In an orthogonal matrix [out, fan_in] the rows or the columns have norm 1.
  const bool orthogonal = init.scheme == config::InitScheme::orthogonal;
  const auto fan_out = static_cast<double>(orthogonal ? layer.out : layer.fan_out());
  return layer.initial_scale * init.std.value_or(init.gain * std::sqrt(initial_variance(init, fan_in, fan_out)));
}

}  // namespace descent::plan
