#include "fused/norm.h"

#include <algorithm>
#include <cmath>

namespace descent::fused {

using config::NormKind;

template <class T>
Norm<T>::Norm(const config::Norm& norm, const Layout& layout, const std::string& name, std::int64_t channels,
              std::optional<std::int64_t> positions, std::int64_t max_rows)
    : norm_(norm) {
  epsilon_ = static_cast<T>(norm.epsilon);
  channels_ = channels;
  positions_ = positions.value_or(1);
  stride_ = padded<T>(channels);
  gamma_ = layout.offset(name + ".weight");
  beta_ = layout.offset(name + ".bias");
  running_mean_ = layout.offset(name + ".running_mean");
  running_variance_ = layout.offset(name + ".running_var");
  if (norm.kind == NormKind::batch) {
    for (Buffer<T>* buffer : {&mean_, &variance_, &rstd_}) *buffer = Buffer<T>(batch_groups() * stride_);
    for (Buffer<T>* buffer : {&group_means_, &group_variances_})
      *buffer = Buffer<T>(norm.synchronized ? norm.statistics_groups * stride_ : 0);
    group_gradient_ = Buffer<T>(2 * stride_);
    return;
  }
  centered_ = norm.kind != NormKind::rms;
  by_rows_ = !positions && norm.kind != NormKind::group;
  switch (norm.kind) {
    case NormKind::none:
    case NormKind::batch: break;
    case NormKind::layer:
    case NormKind::rms: group_size_ = channels; break;
    case NormKind::group: group_size_ = channels / norm.groups; break;
  }
  for (Buffer<T>* buffer : {&mean_, &rstd_}) *buffer = Buffer<T>(by_rows_ ? padded<T>(max_rows) : max_rows * stride_);
  for (Buffer<T>* buffer : {&sums_, &products_, &factor_, &slope_, &shift_}) *buffer = Buffer<T>(stride_);
}

template <class T> void Norm<T>::forward(const T* x, const Context<T>& context, T* y) {
  const T* gamma = at(context.parameters, gamma_);
  const T* beta = at(context.parameters, beta_);
  if (norm_.kind == NormKind::batch) return forward_batch(context.rows * positions_, x, context, y);
  if (!by_rows_) return forward_groups(context.rows, x, gamma, beta, y);
  kernels_->normalize_rows(context.rows, channels_, stride_, centered_, epsilon_, x, gamma, beta, y, mean_.data(),
                           rstd_.data());
}

template <class T> void Norm<T>::backward(const T* x, std::int64_t rows, const T* parameters, T* dy, T* gradient) {
  const T* gamma = at(parameters, gamma_);
  T* dgamma = at(gradient, gamma_);
  T* dbeta = at(gradient, beta_);
  if (norm_.kind == NormKind::batch) return backward_batch(rows * positions_, x, gamma, dy, dgamma, dbeta);
  if (!by_rows_) return backward_groups(rows, x, gamma, dy, dgamma, dbeta);
  kernels_->normalize_rows_backward(rows, channels_, stride_, centered_, x, mean_.data(), rstd_.data(), gamma, dy, dy,
                                    dgamma, dbeta);
}

template <class T> void Norm<T>::forward_batch(std::int64_t rows, const T* x, const Context<T>& context, T* y) {
  const T* mean = mean_.data();
  const T* variance = variance_.data();
  std::int64_t groups = 1;
  if (context.training) {
    groups = batch_groups();
    const std::int64_t parts = norm_.statistics_groups, size = rows / parts * stride_;
    T* means = groups == parts ? mean_.data() : group_means_.data();
    T* variances = groups == parts ? variance_.data() : group_variances_.data();
    for (std::int64_t g = 0; g < parts; ++g)
      kernels_->batch_statistics(rows / parts, stride_, x + g * size, means + g * stride_, variances + g * stride_);
    if (groups < parts) kernels_->merge_statistics(parts, stride_, means, variances, mean_.data(), variance_.data());
    const T count = static_cast<T>(rows / groups);
    kernels_->update_running(stride_, static_cast<T>(norm_.momentum), count / (count - T(1)), mean, variance,
                             context.statistics + running_mean_, context.statistics + running_variance_);
  } else if (norm_.predict_with == config::PredictWith::running) {
    mean = context.statistics + running_mean_;
    variance = context.statistics + running_variance_;
  } else {
    kernels_->batch_statistics(rows, stride_, x, mean_.data(), variance_.data());
  }
  kernels_->rstd(groups * stride_, variance, epsilon_, rstd_.data());
  const std::int64_t size = rows / groups * stride_;
  for (std::int64_t g = 0; g < groups; ++g)
    kernels_->normalize_columns(rows / groups, stride_, x + g * size, mean + g * stride_, rstd_.data() + g * stride_,
                                at(context.parameters, gamma_), at(context.parameters, beta_), y + g * size);
}

// Writes the gradients of gamma and beta from the first group and adds those from the others.
template <class T>
void Norm<T>::backward_batch(std::int64_t rows, const T* x, const T* gamma, T* dy, T* dgamma, T* dbeta) {
  const std::int64_t groups = batch_groups(), size = rows / groups * stride_;
  T* const group_dgamma = group_gradient_.data();
  T* const group_dbeta = group_dgamma + stride_;
  for (std::int64_t g = 0; g < groups; ++g) {
    const bool adds = g > 0 && gamma;
    kernels_->batch_norm_backward(rows / groups, stride_, x + g * size, mean_.data() + g * stride_,
                                  rstd_.data() + g * stride_, gamma, dy + g * size, dy + g * size,
                                  adds ? group_dgamma : dgamma, adds ? group_dbeta : dbeta);
    if (!adds) continue;
    kernels_->add(stride_, dgamma, group_dgamma, dgamma);
    kernels_->add(stride_, dbeta, group_dbeta, dbeta);
  }
}

template <class T>
void Norm<T>::forward_groups(std::int64_t examples, const T* x, const T* gamma, const T* beta, T* y) {
  const std::int64_t size = group_size_, cells = positions_ * stride_;
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
    kernels_->normalize_columns(positions_, stride_, x, mean, rstd, gamma, beta, y);
  }
}

template <class T>
void Norm<T>::backward_groups(std::int64_t examples, const T* x, const T* gamma, T* dy, T* dgamma, T* dbeta) {
  const std::int64_t size = group_size_, cells = positions_ * stride_;
  const T count = static_cast<T>(positions_ * size);
  for (T* sums : {dgamma, dbeta})
    if (sums) std::fill_n(sums, stride_, T(0));
  for (std::int64_t e = 0; e < examples; ++e, x += cells, dy += cells) {
    const T* mean = mean_.data() + e * stride_;
    const T* rstd = rstd_.data() + e * stride_;
    kernels_->column_sums(positions_, stride_, dy, sums_.data());
    kernels_->column_products(positions_, stride_, x, mean, rstd, dy, products_.data());
    if (dgamma) kernels_->add(stride_, dgamma, products_.data(), dgamma);
    if (dbeta) kernels_->add(stride_, dbeta, sums_.data(), dbeta);
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
    kernels_->combine_columns(positions_, stride_, x, mean, slope_.data(), factor_.data(), shift_.data(), dy, dy);
  }
}

template class Norm<float>;
template class Norm<double>;

}  // namespace descent::fused
