#include "engine/fused/loss.h"

#include <algorithm>

namespace descent::engine {

template <class T>
Loss<T>::Loss(const config::Loss& config, const data::RunData& data, std::int64_t stride, std::int64_t max_rows)
    : config_(config), outputs_(data.outputs), stride_(stride), has_classes_(data.classes > 0),
      kernels_(fused::kernels<T>()) {
  if (has_classes_) {
    labels_.resize(static_cast<std::size_t>(max_rows));
    scratch_ = fused::Buffer<T>(fused::padded<T>(data.classes) * fused::padded<T>(1));
  } else {
    targets_ = fused::Buffer<T>(max_rows * stride);
  }
}

template <class T>
fused::LossSum Loss<T>::sum(std::int64_t rows, const T* outputs, const std::int32_t* labels, double label_smoothing,
                            T* gradient) {
  switch (config_.kind) {
    case config::LossKind::cross_entropy:
      return kernels_.cross_entropy(rows, outputs_, stride_, outputs, labels, label_smoothing, gradient,
                                    scratch_.data());
    case config::LossKind::mse:
      if (has_classes_) return kernels_.squared_error(rows, outputs_, stride_, outputs, labels, gradient);
      return kernels_.target_error(rows, outputs_, stride_, outputs, targets_.data(), gradient);
  }
  __builtin_unreachable();
}

template <class T> void Loss<T>::take_target(const data::Part& part, std::int64_t example, std::int64_t row) {
  T* target = targets_.data() + row * stride_;
  if (!has_classes_) {
    std::copy_n(part.targets.data() + example * outputs_, outputs_, target);
  } else {
    std::fill_n(target, outputs_, T(0));
    target[part.y[static_cast<std::size_t>(example)]] = 1;
  }
}

template <class T>
fused::LossSum Loss<T>::train(fused::Network<T>& network, const data::Part& part, std::span<const std::int32_t> batch,
                              const T* outputs) {
  const bool own = network.has_own_loss();
  if (own && targets_.size() == 0) targets_ = fused::Buffer<T>(std::ssize(labels_) * stride_);
  for (std::size_t i = 0; i < batch.size(); ++i)
    if (has_classes_ && !own) labels_[i] = part.y[static_cast<std::size_t>(batch[i])];
    else take_target(part, batch[i], static_cast<std::int64_t>(i));
  if (own) return network.own_loss(targets_.data(), std::ssize(batch));
  return sum(std::ssize(batch), outputs, labels_.data(), config_.label_smoothing, network.logits_gradient());
}

template <class T>
fused::LossSum Loss<T>::evaluate(const data::Part& part, std::int64_t start, std::int64_t rows, const T* outputs) {
  if (has_classes_) return sum(rows, outputs, part.y.data() + start, 0, nullptr);
  for (std::int64_t i = 0; i < rows; ++i) take_target(part, start + i, i);
  return sum(rows, outputs, nullptr, 0, nullptr);
}

template class Loss<float>;
template class Loss<double>;

}  // namespace descent::engine
