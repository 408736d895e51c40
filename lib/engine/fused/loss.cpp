#include "engine/fused/loss.h"

#include <algorithm>
#include <cmath>

namespace descent::engine {

template <class T>
Loss<T>::Loss(const config::Loss& config, const data::RunData& data, std::int64_t stride, std::int64_t max_rows)
    : config_(config), outputs_(data.outputs), stride_(stride), has_classes_(data.classes > 0),
      scaling_(data.target_scaling), kernels_(fused::kernels<T>()) {
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

template <class T> void Loss<T>::write_target(const data::Part& part, std::int64_t example, std::int64_t row) {
  T* target = targets_.data() + row * stride_;
  if (!has_classes_) {
    const double* values = part.targets.data() + example * outputs_;
    for (std::int64_t k = 0; k < outputs_; ++k)
      target[k] = static_cast<T>(scaling_.apply(values[k], static_cast<std::size_t>(k)));
  } else {
    std::fill_n(target, outputs_, T(0));
    target[part.y[static_cast<std::size_t>(example)]] = 1;
  }
}

template <class T>
fused::LossSum Loss<T>::train(fused::Network<T>& network, const data::Part& part, std::span<const std::int32_t> batch,
                              const T* outputs) {
  const bool likelihood = network.has_likelihood();
  if (likelihood && targets_.size() == 0) targets_ = fused::Buffer<T>(std::ssize(labels_) * stride_);
  for (std::size_t i = 0; i < batch.size(); ++i)
    if (has_classes_ && !likelihood) labels_[i] = part.y[static_cast<std::size_t>(batch[i])];
    else write_target(part, batch[i], static_cast<std::int64_t>(i));
  if (likelihood) return network.negative_log_likelihood(targets_.data(), std::ssize(batch));
  return sum(std::ssize(batch), outputs, labels_.data(), config_.label_smoothing, network.logits_gradient());
}

template <class T>
typename Loss<T>::Sum Loss<T>::evaluate(const data::Part& part, std::int64_t start, std::int64_t rows,
                                        const T* outputs) {
  if (has_classes_) return {sum(rows, outputs, part.y.data() + start, 0, nullptr)};
  for (std::int64_t i = 0; i < rows; ++i) write_target(part, start + i, i);
  const bool scaled = !scaling_.scale.empty();
  double squares = 0, absolute = 0;  // over all outputs
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t k = 0; k < outputs_; ++k) {
      const std::int64_t at = i * stride_ + k;
      double distance = static_cast<double>(outputs[at]) - static_cast<double>(targets_.data()[at]);
      if (scaled) distance /= scaling_.scale[static_cast<std::size_t>(k)];
      squares += distance * distance;
      absolute += std::abs(distance);
    }
  const auto n = static_cast<double>(outputs_);
  if (scaled) return {{squares / n, 0}, absolute / n};
  return {sum(rows, outputs, nullptr, 0, nullptr), absolute / n};
}

template class Loss<float>;
template class Loss<double>;

}  // namespace descent::engine
