// A linear readout of fixed features: the inputs, random ReLU features or Gaussians of one input.

#include "fused/buffer.h"
#include "fused/families.h"

namespace descent::fused {
namespace {

using config::FeatureKind;

template <class T> class LinearModel final : public Network<T> {
 public:
  explicit LinearModel(const NetworkSpec& spec)
      : features_config_(spec.model.features), layout_(spec.layout),
        count_(config::feature_count(spec.model, layout_.features)) {
    outputs_ = Buffer<T>(spec.max_rows * layout_.output_stride);
    gradient_ = Buffer<T>(spec.max_rows * layout_.output_stride);
    if (features_config_.kind != FeatureKind::raw) computed_ = Buffer<T>(spec.max_rows * stride_);
    if (features_config_.kind != FeatureKind::gaussian_basis) return;
    const auto [first, last] = features_config_.centers;
    const double step = count_ > 1 ? (last - first) / static_cast<double>(count_ - 1) : 0;
    for (std::int64_t i = 0; i < count_; ++i) centers_.push_back(static_cast<T>(first + step * static_cast<double>(i)));
  }

  T* logits_gradient() override { return gradient_.data(); }

  void backward(const T*, std::int64_t rows, const T*, T* gradient, const StepRandomness&) override {
    kernels_.matmul({count_, layout_.outputs, rows, features_, 1, stride_, gradient_.data(), layout_.output_stride,
                     nullptr, gradient + weight_, layout_.output_stride});
    if (bias_ != absent) kernels_.column_sums(rows, layout_.output_stride, gradient_.data(), gradient + bias_);
  }

 private:
  const T* run(const T* x, const Context<T>& context) override {
    rows_ = context.rows;
    features_ = features_config_.kind == FeatureKind::raw ? x : computed_.data();
    switch (features_config_.kind) {
      case FeatureKind::raw: break;
      case FeatureKind::random_relu: compute_random_features(x, context.statistics); break;
      case FeatureKind::gaussian_basis: compute_gaussians(x); break;
    }
    kernels_.matmul({rows_, layout_.outputs, count_, features_, stride_, 1, context.parameters + weight_,
                     layout_.output_stride, at(context.parameters, bias_), outputs_.data(), layout_.output_stride});
    return outputs_.data();
  }

  // The weights include the factor 1/sqrt(width).
  void compute_random_features(const T* x, const T* statistics) {
    kernels_.matmul({rows_, count_, layout_.features, x, layout_.input_stride, 1,
                     statistics + layout_.offset("features.weight"), stride_,
                     statistics + layout_.offset("features.bias"), computed_.data(), stride_});
    kernels_.activate(static_cast<int>(config::Activation::relu), rows_ * stride_, computed_.data(), computed_.data());
  }

  void compute_gaussians(const T* x) {
    const T factor = static_cast<T>(-0.5 / (features_config_.scale * features_config_.scale));
    for (std::int64_t r = 0; r < rows_; ++r)
      for (std::int64_t i = 0; i < count_; ++i) {
        const T distance = x[r * layout_.input_stride] - centers_[static_cast<std::size_t>(i)];
        computed_.data()[r * stride_ + i] = distance * distance * factor;
      }
    kernels_.exponential(rows_ * stride_, computed_.data(), computed_.data());
    kernels_.clear_pads(rows_, count_, stride_, computed_.data());
  }

  const Kernels<T>& kernels_ = kernels<T>();
  const config::Features features_config_;
  const Layout layout_;
  const std::int64_t count_, stride_ = padded<T>(count_);  // number of features, padded
  const std::int64_t weight_ = layout_.offset("readout.weight"), bias_ = layout_.offset("readout.bias");
  std::vector<T> centers_;
  Buffer<T> computed_, outputs_, gradient_;
  const T* features_ = nullptr;  // of the last pass
  std::int64_t rows_ = 0;
};

}  // namespace

template <class T> std::unique_ptr<Network<T>> make_linear_model(const NetworkSpec& spec) {
  return std::make_unique<LinearModel<T>>(spec);
}

template std::unique_ptr<Network<float>> make_linear_model(const NetworkSpec&);
template std::unique_ptr<Network<double>> make_linear_model(const NetworkSpec&);

}  // namespace descent::fused
