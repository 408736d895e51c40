#include "models/initialize.h"

#include <torch/types.h>

#include <cmath>

#include "plan/layers.h"

namespace descent::models {
namespace {

using config::InitScheme;

// He et al. 2015 with the slope sqrt(5) of nn.Linear, U(+-1/sqrt(fan_in)), with the rounding of PyTorch.
double pytorch_bound(double fan_in) {
  const double slope = std::sqrt(5.0);
  const double gain = std::sqrt(2.0 / (1.0 + slope * slope));
  return std::sqrt(3.0) * (gain / std::sqrt(fan_in));
}

// Orthonormal rows or columns, whichever are fewer (Saxe et al. 2013), like torch.nn.init.orthogonal_.
void fill_orthogonal(at::Tensor& weight, double gain, at::Generator& generator) {
  at::Tensor flat = torch::zeros({weight.size(0), weight.numel() / weight.size(0)}, weight.options());
  const bool wide = flat.size(0) < flat.size(1);
  flat.normal_(0, 1, generator);
  if (wide) flat = flat.t();
  auto [q, r] = torch::linalg_qr(flat);
  q = q.mul(torch::sign(r.diagonal()));
  weight.copy_((wide ? q.t() : q).reshape(weight.sizes())).mul_(gain);
}

}  // namespace

void initialize_weight(at::Tensor& weight, const config::Init& init, double fan_in, double fan_out,
                       at::Generator& generator) {
  const double variance = plan::initial_variance(init, fan_in, fan_out);
  const auto normal = [&](double sd) { weight.normal_(0, sd, generator); };
  const auto uniform = [&](double bound) { weight.uniform_(-bound, bound, generator); };
  switch (init.scheme) {
    case InitScheme::pytorch_default: {
      uniform(pytorch_bound(fan_in));
      if (init.gain != 1) weight.mul_(init.gain);
      return;
    }
    case InitScheme::zeros: weight.zero_(); return;
    case InitScheme::constant: weight.fill_(init.value.value_or(0)); return;
    case InitScheme::normal:
    case InitScheme::xavier_normal:
    case InitScheme::he_normal:
    case InitScheme::lecun_normal: return normal(init.std.value_or(init.gain * std::sqrt(variance)));
    case InitScheme::uniform:
    case InitScheme::xavier_uniform:
    case InitScheme::he_uniform:
      return uniform(init.std ? std::sqrt(3.0) * *init.std : init.gain * std::sqrt(3.0 * variance));
    case InitScheme::orthogonal: return fill_orthogonal(weight, init.gain, generator);
  }
}

void initialize_bias(at::Tensor& bias, const config::Init& init, double fan_in, at::Generator& generator) {
  // Draws even if a constant replaces the result, so that init.bias does not change the weights of later layers.
  const double bound = 1.0 / std::sqrt(fan_in);
  if (init.scheme == InitScheme::pytorch_default) bias.uniform_(-bound, bound, generator);
  else bias.zero_();
  if (init.bias) bias.fill_(*init.bias);
}

void initialize_random_features(at::Tensor& weight, at::Tensor& bias, at::Generator& generator) {
  weight.normal_(0, 1 / std::sqrt(static_cast<double>(weight.size(1))), generator);
  if (bias.defined()) bias.normal_(0, 0.1, generator);
}

}  // namespace descent::models
