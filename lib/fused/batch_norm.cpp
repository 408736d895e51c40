#include "fused/batch_norm.h"

#include <algorithm>

namespace descent::fused {

template <class T>
BatchNorm<T>::BatchNorm(const config::Norm& norm, std::int64_t stride)
    : kernels_(&kernels<T>()), norm_(norm), stride_(stride) {
  for (Buffer<T>* buffer : {&mean_, &variance_, &rstd_}) *buffer = Buffer<T>(groups() * stride);
  if (norm.statistics_groups == 1) return;
  if (norm.synchronized) {
    group_means_ = Buffer<T>(norm.statistics_groups * stride);
    group_variances_ = Buffer<T>(norm.statistics_groups * stride);
  } else {
    group_gradient_ = Buffer<T>(2 * stride);
  }
}

template <class T>
void BatchNorm<T>::train(std::int64_t rows, const T* x, const Affine<const T>& affine, T* running_mean,
                         T* running_variance, T* y) {
  const std::int64_t parts = norm_.statistics_groups, size = rows / parts * stride_;
  const bool merged = parts > 1 && norm_.synchronized;
  T* means = merged ? group_means_.data() : mean_.data();
  T* variances = merged ? group_variances_.data() : variance_.data();
  for (std::int64_t g = 0; g < parts; ++g)
    kernels_->batch_statistics(rows / parts, stride_, x + g * size, means + g * stride_, variances + g * stride_);
  if (merged) kernels_->merge_statistics(parts, stride_, means, variances, mean_.data(), variance_.data());
  const T counted = static_cast<T>(rows / groups());
  kernels_->update_running(stride_, static_cast<T>(norm_.momentum), counted / (counted - T(1)), mean_.data(),
                           variance_.data(), running_mean, running_variance);
  kernels_->rstd(groups() * stride_, variance_.data(), static_cast<T>(norm_.epsilon), rstd_.data());
  for (std::int64_t g = 0; g < groups(); ++g)
    kernels_->normalize_columns(rows / groups(), stride_, x + g * size, mean_.data() + g * stride_,
                                rstd_.data() + g * stride_, affine.gamma, affine.beta, y + g * size);
}

template <class T>
void BatchNorm<T>::predict(std::int64_t rows, const T* x, const Affine<const T>& affine, const T* running_mean,
                           const T* running_variance, T* y) {
  if (!running_mean) {
    kernels_->batch_statistics(rows, stride_, x, mean_.data(), variance_.data());
    running_mean = mean_.data();
    running_variance = variance_.data();
  }
  kernels_->rstd(stride_, running_variance, static_cast<T>(norm_.epsilon), rstd_.data());
  kernels_->normalize_columns(rows, stride_, x, running_mean, rstd_.data(), affine.gamma, affine.beta, y);
}

template <class T>
void BatchNorm<T>::backward(std::int64_t rows, const T* x, const T* gamma, const T* dy, T* dx,
                            const Affine<T>& gradient) {
  const std::int64_t size = rows / groups() * stride_;
  for (std::int64_t g = 0; g < groups(); ++g) {
    const bool first = g == 0;  // its gradients are written, those of the others added
    T* dgamma = first || !gamma ? gradient.gamma : group_gradient_.data();
    T* dbeta = first || !gamma ? gradient.beta : group_gradient_.data() + stride_;
    kernels_->batch_norm_backward(rows / groups(), stride_, x + g * size, mean_.data() + g * stride_,
                                  rstd_.data() + g * stride_, gamma, dy + g * size, dx + g * size, dgamma,
                                  dbeta);
    if (first || !gamma) continue;
    kernels_->add(stride_, gradient.gamma, dgamma, gradient.gamma);
    kernels_->add(stride_, gradient.beta, dbeta, gradient.beta);
  }
}

template class BatchNorm<float>;
template class BatchNorm<double>;

}  // namespace descent::fused
