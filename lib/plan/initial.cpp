#include "plan/initial.h"

#include <algorithm>
#include <cmath>

namespace descent::plan {

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
  // Random features are drawn from N(0, 1 / fan_in), whatever the scheme.
  if (!layer.trained) return layer.initial_scale / std::sqrt(fan_in);
  // Of an orthogonal matrix [out, fan_in] a row or a column has the norm 1.
  const bool orthogonal = init.scheme == config::InitScheme::orthogonal;
  const auto fan_out = static_cast<double>(orthogonal ? layer.out : layer.fan_out());
  return layer.initial_scale * init.std.value_or(init.gain * std::sqrt(initial_variance(init, fan_in, fan_out)));
}

}  // namespace descent::plan
