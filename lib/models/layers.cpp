#include "models/layers.h"

#include <torch/types.h>

#include "models/initialize.h"

namespace descent::models {

LinearImpl::LinearImpl(std::int64_t replicas, std::int64_t in, std::int64_t out, const LinearOptions& options)
    : options_(options) {
  const auto add = [&](const char* name, at::Tensor values) {
    return options.trained ? register_parameter(name, values) : register_buffer(name, values);
  };
  weight = add("weight", torch::zeros({replicas, out, in}));
  if (options.bias) bias = add("bias", torch::zeros({replicas, out}));
}

at::Tensor LinearImpl::forward(const at::Tensor& x) {
  if (!bias.defined()) return x.bmm(weight.mT());
  return torch::baddbmm(bias.unsqueeze(1), x, weight.mT());
}

void LinearImpl::initialize(std::int64_t replica, const config::Init& init, at::Generator& generator) {
  const double fan_in = static_cast<double>(weight.size(2)), fan_out = static_cast<double>(weight.size(1));
  at::Tensor w = weight[replica], b = bias.defined() ? bias[replica] : at::Tensor();
  if (options_.trained) {
    initialize_weight(w, init, fan_in, fan_out, generator);
    if (b.defined()) initialize_bias(b, init, fan_in, generator);
  } else {
    initialize_random_features(w, b, generator);
    if (b.defined()) b.mul_(options_.initial_scale);
  }
  if (options_.initial_scale != 1) w.mul_(options_.initial_scale);
}

ConvolutionImpl::ConvolutionImpl(std::int64_t replicas, std::int64_t dimensions, std::int64_t in, std::int64_t out,
                                 const ConvolutionOptions& options)
    : options_(options) {
  std::vector<std::int64_t> shape{replicas, out, in};
  shape.insert(shape.end(), static_cast<std::size_t>(dimensions), options.kernel);
  weight = register_parameter("weight", torch::zeros(shape));
  if (options.bias) bias = register_parameter("bias", torch::zeros({replicas, out}));
}

at::Tensor ConvolutionImpl::forward(const at::Tensor& x) {
  const std::int64_t replicas = weight.size(0);
  const at::Tensor w = weight.flatten(0, 1), b = bias.defined() ? bias.flatten() : bias;
  at::Tensor input = x;
  std::int64_t stride = options_.stride;
  if (options_.kernel == 1 && options_.padding == 0) {
    // Subsample first: for a strided 1x1 convolution with few channels, oneDNN's weight gradient writes out of bounds
    // (uxlfoundation/oneDNN#6035).
    for (std::int64_t axis = 2; axis < x.dim(); ++axis) input = input.slice(axis, 0, std::nullopt, stride);
    stride = 1;
  }
  if (weight.dim() == 4) return torch::conv1d(input, w, b, stride, options_.padding, 1, replicas);
  return torch::conv2d(input, w, b, stride, options_.padding, 1, replicas);
}

void ConvolutionImpl::initialize(std::int64_t replica, const config::Init& init, at::Generator& generator) {
  at::Tensor w = weight[replica];
  const double positions = static_cast<double>(w[0][0].numel());
  const double fan_in = positions * static_cast<double>(w.size(1)),
               fan_out = positions * static_cast<double>(w.size(0));
  initialize_weight(w, init, fan_in, fan_out, generator);
  if (options_.initial_scale != 1) w.mul_(options_.initial_scale);
  if (!bias.defined()) return;
  at::Tensor b = bias[replica];
  initialize_bias(b, init, fan_in, generator);
}

NormImpl::NormImpl(std::int64_t replicas, std::int64_t dimensions, const config::Norm& norm, std::int64_t channels,
                   double initial_scale)
    : norm_(norm), replicas_(replicas), dimensions_(dimensions), channels_(channels), initial_scale_(initial_scale) {
  const std::vector<std::int64_t> shape{replicas, channels};
  if (norm.affine) weight = register_parameter("weight", torch::ones(shape));
  if (norm.affine && norm.kind != config::NormKind::rms) bias = register_parameter("bias", torch::zeros(shape));
  if (norm.kind != config::NormKind::batch) return;
  running_mean = register_buffer("running_mean", torch::zeros(shape));
  running_var = register_buffer("running_var", torch::ones(shape));
}

void NormImpl::initialize(std::int64_t replica, const config::Init&, at::Generator&) {
  if (weight.defined()) weight[replica].fill_(initial_scale_);
  if (bias.defined()) bias[replica].zero_();
  if (running_mean.defined()) running_mean[replica].zero_();
  if (running_var.defined()) running_var[replica].fill_(1);
}

// Rows are normalized like maps without positions: [B, R * C].
at::Tensor NormImpl::forward(const at::Tensor& x) {
  if (dimensions_ > 0) return normalize(x);
  return normalize(x.transpose(0, 1).flatten(1)).unflatten(1, {replicas_, channels_}).transpose(0, 1);
}

at::Tensor NormImpl::normalize(const at::Tensor& x) {
  const auto of_channels = [](const at::Tensor& t) { return t.defined() ? t.flatten() : t; };
  switch (norm_.kind) {
    case config::NormKind::none: return x;
    case config::NormKind::batch: return batch_norm(x);
    case config::NormKind::layer:
      return torch::group_norm(x, replicas_, of_channels(weight), of_channels(bias), norm_.epsilon);
    case config::NormKind::group:
      return torch::group_norm(x, replicas_ * norm_.groups, of_channels(weight), of_channels(bias), norm_.epsilon);
    case config::NormKind::rms: return rms_norm(x);
  }
  __builtin_unreachable();
}

at::Tensor NormImpl::batch_norm(const at::Tensor& x) {
  const at::Tensor mean = running_mean.flatten(), var = running_var.flatten();
  const auto normalized = [&](const at::Tensor& part, bool of_batch, bool updates) {
    return torch::batch_norm(part, weight.defined() ? weight.flatten() : weight, bias.defined() ? bias.flatten() : bias,
                             of_batch && !updates ? at::Tensor() : mean, of_batch && !updates ? at::Tensor() : var,
                             of_batch, norm_.momentum, norm_.epsilon, true);
  };
  if (!is_training()) return normalized(x, norm_.predict_with == config::PredictWith::batch, false);
  if (sum_) return synchronized_batch_norm(x);
  if (norm_.synchronized || norm_.statistics_groups == 1) return normalized(x, true, true);
  std::vector<at::Tensor> parts = x.chunk(norm_.statistics_groups);
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = normalized(parts[i], true, i == 0);
  return torch::cat(parts);
}

void NormImpl::synchronize(std::int64_t processes, Sum sum) {
  processes_ = processes;
  sum_ = std::move(sum);
}

// Written out, since the statistics are sums over all processes.
at::Tensor NormImpl::synchronized_batch_norm(const at::Tensor& x) {
  std::vector<std::int64_t> others, per_channel(static_cast<std::size_t>(x.dim()), 1);
  for (std::int64_t d = 0; d < x.dim(); ++d)
    if (d != 1) others.push_back(d);
  per_channel[1] = x.size(1);
  const double count = static_cast<double>(processes_ * (x.numel() / x.size(1)));
  const at::Tensor mean = sum_(x.sum(others)) / count;
  const at::Tensor centered = x - mean.view(per_channel);
  const at::Tensor var = sum_(centered.square().sum(others)) / count;
  {
    const torch::NoGradGuard no_grad;
    running_mean.lerp_(mean.view_as(running_mean), norm_.momentum);
    running_var.lerp_((var * (count / (count - 1))).view_as(running_var), norm_.momentum);
  }
  at::Tensor y = centered * (var + norm_.epsilon).rsqrt().view(per_channel);
  if (weight.defined()) y = y * weight.view(per_channel) + bias.view(per_channel);
  return y;
}

at::Tensor NormImpl::rms_norm(const at::Tensor& x) {
  const at::Tensor examples = x.unflatten(1, {replicas_, channels_}).flatten(2);  // [B, R, C * positions]
  const at::Tensor y = torch::rms_norm(examples, {examples.size(2)}, {}, norm_.epsilon).view_as(x);
  if (!weight.defined()) return y;
  std::vector<std::int64_t> per_channel(static_cast<std::size_t>(x.dim()), 1);
  per_channel[1] = x.size(1);
  return y * weight.view(per_channel);
}

at::Tensor activate(config::Activation activation, const at::Tensor& x) {
  using config::Activation;
  switch (activation) {
    case Activation::relu: return torch::relu(x);
    case Activation::tanh: return torch::tanh(x);
    case Activation::sigmoid: return torch::sigmoid(x);
    case Activation::gelu: return torch::gelu(x);
    case Activation::leaky_relu: return torch::leaky_relu(x, 0.01);
    case Activation::silu: return torch::silu(x);
    case Activation::identity: return x;
  }
  __builtin_unreachable();
}

}  // namespace descent::models
