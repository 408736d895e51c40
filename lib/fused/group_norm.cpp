#include "fused/group_norm.h"

#include <algorithm>
#include <cmath>

namespace descent::fused {

template <class T>
GroupNorm<T>::GroupNorm(const config::Norm& norm, std::int64_t channels, std::optional<std::int64_t> positions,
                        std::int64_t max_examples)
    : kernels_(&kernels<T>()), centered_(norm.kind != config::NormKind::rms),
      by_rows_(!positions && norm.kind != config::NormKind::group), epsilon_(static_cast<T>(norm.epsilon)),
      channels_(channels), positions_(positions.value_or(1)), stride_(padded<T>(channels)),
      groups_(norm.kind == config::NormKind::group ? norm.groups : 1),
      mean_(by_rows_ ? padded<T>(max_examples) : max_examples * stride_), rstd_(mean_.size()) {
  if (by_rows_) return;
  for (Buffer<T>* buffer : {&sums_, &products_, &factor_, &slope_, &shift_}) *buffer = Buffer<T>(stride_);
}

template <class T>
void GroupNorm<T>::forward(std::int64_t examples, const T* x, const Affine<const T>& affine, T* y) {
  if (by_rows_)
    return kernels_->normalize_rows(examples, channels_, stride_, centered_, epsilon_, x, affine.gamma, affine.beta, y,
                                    mean_.data(), rstd_.data());
  const std::int64_t size = channels_ / groups_, cells = positions_ * stride_;
  for (std::int64_t e = 0; e < examples; ++e, x += cells, y += cells) {
    T* mean = mean_.data() + e * stride_;
    T* rstd = rstd_.data() + e * stride_;
    T* const means = sums_.data();
    T* const variances = products_.data();  // of the channels, over the positions
    kernels_->batch_statistics(positions_, stride_, x, means, variances);
    for (std::int64_t first = 0; first < channels_; first += size) {
      T m = 0, variance = 0;
      for (std::int64_t c = first; centered_ && c < first + size; ++c) m += means[c] / static_cast<T>(size);
      for (std::int64_t c = first; c < first + size; ++c)
        variance += (variances[c] + (means[c] - m) * (means[c] - m)) / static_cast<T>(size);
      std::fill_n(mean + first, size, m);
      std::fill_n(rstd + first, size, T(1) / std::sqrt(variance + epsilon_));
    }
    kernels_->normalize_columns(positions_, stride_, x, mean, rstd, affine.gamma, affine.beta, y);
  }
}

template <class T>
void GroupNorm<T>::backward(std::int64_t examples, const T* x, const T* gamma, const T* dy, T* dx,
                            const Affine<T>& gradient) {
  if (by_rows_)
    return kernels_->normalize_rows_backward(examples, channels_, stride_, centered_, x, mean_.data(),
                                             rstd_.data(), gamma, dy, dx, gradient.gamma, gradient.beta);
  const std::int64_t size = channels_ / groups_, cells = positions_ * stride_;
  const T count = static_cast<T>(positions_ * size);
  for (T* sums : {gradient.gamma, gradient.beta})
    if (sums) std::fill_n(sums, stride_, T(0));
  for (std::int64_t e = 0; e < examples; ++e, x += cells, dy += cells, dx += cells) {
    const T* mean = mean_.data() + e * stride_;
    const T* rstd = rstd_.data() + e * stride_;
    kernels_->column_sums(positions_, stride_, dy, sums_.data());
    kernels_->column_products(positions_, stride_, x, mean, rstd, dy, products_.data());
    if (gradient.gamma) kernels_->add(stride_, gradient.gamma, products_.data(), gradient.gamma);
    if (gradient.beta) kernels_->add(stride_, gradient.beta, sums_.data(), gradient.beta);
    for (std::int64_t first = 0; first < channels_; first += size) {
      T sum = 0, product = 0;
      for (std::int64_t c = first; c < first + size; ++c) {
        const T g = gamma ? gamma[c] : T(1);
        sum += g * sums_.data()[c];
        product += g * products_.data()[c];
      }
      if (!centered_) sum = 0;
      for (std::int64_t c = first; c < first + size; ++c) {
        const T s = rstd[c];
        factor_.data()[c] = s * (gamma ? gamma[c] : T(1));
        slope_.data()[c] = -s * s * product / count;
        shift_.data()[c] = -s * sum / count;
      }
    }
    kernels_->combine_columns(positions_, stride_, x, mean, slope_.data(), factor_.data(), shift_.data(), dy, dx);
  }
}

template class GroupNorm<float>;
template class GroupNorm<double>;

}  // namespace descent::fused
