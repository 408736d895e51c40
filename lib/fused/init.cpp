#include "fused/init.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/linalg_qr.h>
#include <ATen/ops/sign.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>

#include "fused/tensors.h"

namespace descent::fused {
namespace {

using config::InitScheme;

double chosen_fan(config::FanMode mode, const TensorSlot& tensor) {
  switch (mode) {
    case config::FanMode::fan_in: return tensor.fan_in;
    case config::FanMode::fan_out: return tensor.fan_out;
  }
  __builtin_unreachable();
}

// He et al. 2015 with the slope sqrt(5) that nn.Linear passes: U(+-1/sqrt(fan_in)), in PyTorch's rounding.
double pytorch_bound(double fan_in) {
  const double slope = std::sqrt(5.0);
  const double gain = std::sqrt(2.0 / (1.0 + slope * slope));
  return std::sqrt(3.0) * (gain / std::sqrt(fan_in));
}

// Orthonormal rows or columns, whichever are fewer (Saxe et al. 2013), as torch.nn.init.orthogonal_.
void fill_orthogonal(at::Tensor& weight, double gain, at::Generator& generator) {
  at::Tensor flat = at::zeros({weight.size(0), weight.numel() / weight.size(0)}, weight.options());
  const bool wide = flat.size(0) < flat.size(1);
  flat.normal_(0, 1, generator);
  if (wide) flat = flat.t();
  auto [q, r] = at::linalg_qr(flat);
  q = q.mul(at::sign(r.diagonal()));
  weight.copy_((wide ? q.t() : q).reshape(weight.sizes())).mul_(gain);
}

// weight: [out, in, ...].
void fill_weight(at::Tensor& weight, const config::Init& init, const TensorSlot& tensor, at::Generator& generator) {
  const double fan_in = tensor.fan_in, he = 2.0 / chosen_fan(init.mode, tensor);
  const double xavier = 2.0 / (fan_in + tensor.fan_out), lecun = 1.0 / fan_in;
  const auto normal = [&](double variance) { weight.normal_(0, init.gain * std::sqrt(variance), generator); };
  const auto uniform = [&](double variance) {
    const double bound = init.gain * std::sqrt(3.0 * variance);
    weight.uniform_(-bound, bound, generator);
  };
  switch (init.scheme) {
    case InitScheme::pytorch_default: {
      const double bound = pytorch_bound(fan_in);
      weight.uniform_(-bound, bound, generator);
      if (init.gain != 1) weight.mul_(init.gain);
      return;
    }
    case InitScheme::zeros: weight.zero_(); return;
    case InitScheme::constant: weight.fill_(init.value.value_or(0)); return;
    case InitScheme::normal:
      if (init.std) weight.normal_(0, *init.std, generator);
      else normal(lecun);
      return;
    case InitScheme::uniform:
      if (init.std) weight.uniform_(-std::sqrt(3.0) * *init.std, std::sqrt(3.0) * *init.std, generator);
      else uniform(lecun);
      return;
    case InitScheme::xavier_normal: return normal(xavier);
    case InitScheme::xavier_uniform: return uniform(xavier);
    case InitScheme::he_normal: return normal(he);
    case InitScheme::he_uniform: return uniform(he);
    case InitScheme::lecun_normal: return normal(lecun);
    case InitScheme::orthogonal: return fill_orthogonal(weight, init.gain, generator);
  }
}

void fill_bias(at::Tensor& bias, const config::Init& init, double fan_in, at::Generator& generator) {
  // The default draws even where a constant replaces it: a bias key must not change the weights of later layers.
  const double bound = 1.0 / std::sqrt(fan_in);
  if (init.scheme == InitScheme::pytorch_default) bias.uniform_(-bound, bound, generator);
  else bias.zero_();
  if (init.bias) bias.fill_(*init.bias);
}

}  // namespace

template <class T>
void initialize(const Layout& layout, const config::Init& init, std::int64_t seed, T* parameters, T* statistics) {
  const c10::InferenceMode no_autograd;
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(static_cast<std::uint64_t>(seed));
  const auto options = at::TensorOptions().dtype(c10::CppTypeToScalarType<T>::value);
  std::fill_n(parameters, layout.parameters, T(0));
  std::fill_n(statistics, layout.statistics, T(0));
  for (const TensorSlot& tensor : layout.tensors) {
    at::Tensor values = at::zeros(tensor.shape, options);
    switch (tensor.role) {
      case TensorRole::weight: fill_weight(values, init, tensor, generator); break;
      case TensorRole::bias: fill_bias(values, init, tensor.fan_in, generator); break;
      case TensorRole::random_weight: values.normal_(0, 1 / std::sqrt(tensor.fan_in), generator); break;
      case TensorRole::random_bias: values.normal_(0, 0.1, generator); break;
      case TensorRole::gamma:
      case TensorRole::running_variance: values.fill_(1); break;
      case TensorRole::beta:
      case TensorRole::running_mean: break;
    }
    const bool scaled = tensor.role != TensorRole::bias && tensor.role != TensorRole::running_variance;
    if (scaled && tensor.initial_scale != 1) values.mul_(tensor.initial_scale);
    write_dense(tensor, values, tensor.is_statistic() ? statistics : parameters);
  }
}

template void initialize<float>(const Layout&, const config::Init&, std::int64_t, float*, float*);
template void initialize<double>(const Layout&, const config::Init&, std::int64_t, double*, double*);

}  // namespace descent::fused
