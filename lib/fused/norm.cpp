#include "fused/norm.h"

#include "fused/passes.h"

namespace descent::fused {

using config::NormKind;

template <class T>
Norm<T>::Norm(const config::Norm& norm, const Layout& layout, const std::string& name, std::int64_t channels,
              std::optional<std::int64_t> positions, std::int64_t max_rows)
    : norm_(norm),
      positions_(positions.value_or(1)),
      gamma_(layout.offset(name + ".weight")),
      beta_(layout.offset(name + ".bias")),
      running_mean_(layout.offset(name + ".running_mean")),
      running_variance_(layout.offset(name + ".running_var")) {
  switch (norm.kind) {
    case NormKind::none: break;
    case NormKind::batch: batch_ = BatchNorm<T>(norm, padded<T>(channels)); break;
    case NormKind::layer:
    case NormKind::group:
    case NormKind::rms: within_ = GroupNorm<T>(norm, channels, positions, max_rows); break;
  }
}

template <class T>
void Norm<T>::forward(const T* x, const Context<T>& context, T* y) {
  const Affine<const T> affine{at(context.parameters, gamma_), at(context.parameters, beta_)};
  if (norm_.kind != NormKind::batch) return within_.forward(context.rows, x, affine, y);
  const std::int64_t rows = context.rows * positions_;
  T* mean = at(context.statistics, running_mean_);
  T* variance = at(context.statistics, running_variance_);
  if (context.training) return batch_.train(rows, x, affine, mean, variance, y);
  const bool running = norm_.predict_with == config::PredictWith::running;
  batch_.predict(rows, x, affine, running ? mean : nullptr, running ? variance : nullptr, y);
}

template <class T>
void Norm<T>::backward(const T* x, std::int64_t rows, const T* parameters, T* dy, T* gradient) {
  const T* gamma = at(parameters, gamma_);
  const Affine<T> target{at(gradient, gamma_), at(gradient, beta_)};
  if (norm_.kind == NormKind::batch) batch_.backward(rows * positions_, x, gamma, dy, dy, target);
  else within_.backward(rows, x, gamma, dy, dy, target);
}

template class Norm<float>;
template class Norm<double>;

}  // namespace descent::fused
