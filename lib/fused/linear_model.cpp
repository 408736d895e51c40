#include "fused/linear_model.h"

#include "fused/passes.h"

namespace descent::fused {

using config::FeatureKind;

template <class T>
LinearModel<T>::LinearModel(const config::Model& model, const Layout& layout, std::int64_t max_rows)
    : kernels_(kernels<T>()),
      kind_(model.features),
      layout_(layout),
      count_(config::feature_count(model, layout.features)),
      feature_stride_(padded<T>(count_)),
      weight_(layout.offset("readout.weight")),
      bias_(layout.offset("readout.bias")),
      random_weight_(layout.offset("features.weight")),
      random_bias_(layout.offset("features.bias")),
      outputs_(max_rows * layout.output_stride),
      gradient_(max_rows * layout.output_stride) {
  if (kind_.kind != FeatureKind::raw) made_ = Buffer<T>(max_rows * feature_stride_);
  if (kind_.kind != FeatureKind::gaussian_basis) return;
  const auto [first, last] = kind_.centers;
  const double step = count_ > 1 ? (last - first) / static_cast<double>(count_ - 1) : 0;
  for (std::int64_t i = 0; i < count_; ++i) centers_.push_back(static_cast<T>(first + step * static_cast<double>(i)));
}

// The factor 1/sqrt(width) is in the weights (fused/init.cpp).
template <class T>
const T* LinearModel<T>::random_features(const T* x, std::int64_t rows, const T* statistics) {
  kernels_.matmul(rows, count_, layout_.features, x, layout_.input_stride, 1, statistics + random_weight_,
                  feature_stride_, statistics + random_bias_, made_.data(), feature_stride_);
  kernels_.activate(static_cast<int>(config::Activation::relu), rows * feature_stride_, made_.data(), made_.data());
  return made_.data();
}

template <class T>
const T* LinearModel<T>::gaussians(const T* x, std::int64_t rows) {
  const T factor = static_cast<T>(-0.5 / (kind_.scale * kind_.scale));
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t i = 0; i < count_; ++i) {
      const T distance = x[r * layout_.input_stride] - centers_[static_cast<std::size_t>(i)];
      made_.data()[r * feature_stride_ + i] = distance * distance * factor;
    }
  kernels_.exponential(rows * feature_stride_, made_.data(), made_.data());
  kernels_.clear_pads(rows, count_, feature_stride_, made_.data());
  return made_.data();
}

template <class T>
const T* LinearModel<T>::features(const T* x, std::int64_t rows, const T* statistics) {
  rows_ = rows;
  has_gradient_ = false;
  switch (kind_.kind) {
    case FeatureKind::raw: return features_ = x;
    case FeatureKind::random_relu: return features_ = random_features(x, rows, statistics);
    case FeatureKind::gaussian_basis: return features_ = gaussians(x, rows);
  }
  __builtin_unreachable();
}

template <class T>
const T* LinearModel<T>::run(const T* x, const Context<T>& context) {
  kernels_.matmul(context.rows, layout_.outputs, count_, features(x, context.rows, context.statistics),
                  feature_stride_, 1, context.parameters + weight_, layout_.output_stride,
                  at(context.parameters, bias_), outputs_.data(), layout_.output_stride);
  return outputs_.data();
}

template <class T>
void LinearModel<T>::backward(const T*, std::int64_t rows, const T*, T* gradient, const StepRandomness&) {
  has_gradient_ = true;
  kernels_.matmul(count_, layout_.outputs, rows, features_, 1, feature_stride_, gradient_.data(),
                  layout_.output_stride, nullptr, gradient + weight_, layout_.output_stride);
  if (bias_ != absent) kernels_.column_sums(rows, layout_.output_stride, gradient_.data(), gradient + bias_);
}

template <class T>
std::vector<ActivationView<T>> LinearModel<T>::activations() const {
  return {{"features", ActivationKind::activation, features_, nullptr, rows_, count_, feature_stride_},
          {"readout", ActivationKind::output, outputs_.data(), has_gradient_ ? gradient_.data() : nullptr, rows_,
           layout_.outputs, layout_.output_stride}};
}

template class LinearModel<float>;
template class LinearModel<double>;

}  // namespace descent::fused
