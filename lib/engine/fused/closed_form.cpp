#include "engine/fused/closed_form.h"

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/linalg_svd.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "fused/network.h"

namespace descent::engine {
namespace {

using config::SolverKind;

// The bits of a decomposition may depend on the number of threads.
class OneThread {
 public:
  OneThread() { at::set_num_threads(1); }
  ~OneThread() { at::set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  const int before_ = at::get_num_threads();
};

at::Tensor zeros(std::int64_t rows, std::int64_t columns) { return at::zeros({rows, columns}, at::kDouble); }

// Phi, [n, F], with a last column of ones for the intercept.
template <class T>
at::Tensor design_matrix(const config::Model& model, const fused::Layout& layout, std::int64_t n, const T* x,
                         const T* statistics) {
  const auto network = fused::make_network<T>(model, layout, n);
  network->predict(x, n, fused::Buffer<T>(layout.parameters).data(), statistics);
  const fused::ActivationView<T> features = network->activations().front();
  const std::int64_t count = config::feature_count(model, layout.features);
  at::Tensor phi = zeros(n, count + (model.intercept ? 1 : 0));
  double* to = phi.mutable_data_ptr<double>();
  for (std::int64_t i = 0; i < n; ++i) {
    to = std::copy_n(features.values + i * features.stride, count, to);
    if (model.intercept) *to++ = 1;
  }
  return phi;
}

// Y, [n, K].
at::Tensor target_matrix(const data::Part& part, std::int64_t outputs) {
  at::Tensor y = zeros(part.size, outputs);
  double* to = y.mutable_data_ptr<double>();
  std::ranges::copy(part.targets, to);
  for (std::size_t i = 0; i < part.y.size(); ++i) to[static_cast<std::int64_t>(i) * outputs + part.y[i]] = 1;
  return y;
}

// The first rows of a matrix, padded.
fused::Buffer<double> padded_rows(const at::Tensor& matrix, std::int64_t rows) {
  const at::Tensor dense = matrix.contiguous();
  const std::int64_t columns = dense.size(1), stride = fused::padded<double>(columns);
  fused::Buffer<double> buffer(rows * stride);
  for (std::int64_t i = 0; i < rows; ++i)
    std::copy_n(dense.const_data_ptr<double>() + i * columns, columns, buffer.data() + i * stride);
  return buffer;
}

}  // namespace

template <class T>
ClosedForm<T>::ClosedForm(const config::Experiment& experiment, const fused::Layout& layout, const T* x,
                          const data::Part& part, const T* statistics)
    : solver_(experiment.train.solver), layout_(layout), examples_(part.size),
      features_(config::feature_count(experiment.model, layout.features) + (experiment.model.intercept ? 1 : 0)),
      lr_(experiment.train.optimizer.lr) {
  const c10::InferenceMode no_autograd;
  const OneThread same_bits;
  const auto [u, s, vh] = at::linalg_svd(design_matrix(experiment.model, layout, examples_, x, statistics), false);
  const double* values = s.template const_data_ptr<double>();
  const double rounding = static_cast<double>(std::max(examples_, features_)) * std::numeric_limits<T>::epsilon();
  for (std::int64_t i = 0; i < s.size(0) && values[i] > values[0] * rounding; ++i)
    singular_values_.push_back(values[i]);
  const auto rank = std::ssize(singular_values_);
  directions_ = padded_rows(vh, rank);
  projections_ = padded_rows(u.t().matmul(target_matrix(part, layout.outputs)), rank);
  if (solver_.relative_lr)
    lr_ = *solver_.relative_lr * static_cast<double>(examples_ * layout.outputs) / (2 * values[0] * values[0]);
}

template <class T> double ClosedForm<T>::filter(double s, std::int64_t step) const {
  switch (solver_.kind) {
    case SolverKind::optimizer:
    case SolverKind::least_squares: return 1 / s;
    case SolverKind::ridge: return s / (s * s + solver_.lambda.value_or(0));
    case SolverKind::gradient_descent: {
      if (step == 0) return 0;
      const double shrink = 2 * lr_ * s * s / static_cast<double>(examples_ * layout_.outputs),
                   t = static_cast<double>(step);
      if (shrink < 1) return -std::expm1(t * std::log1p(-shrink)) / s;  // exact for small and for many steps
      return (1 - std::pow(1 - shrink, t)) / s;
    }
  }
  __builtin_unreachable();
}

template <class T> void ClosedForm<T>::write(std::int64_t step, T* parameters) const {
  const auto rank = std::ssize(singular_values_);
  const std::int64_t stride = fused::padded<double>(layout_.outputs);
  fused::Buffer<double> scaled(rank * stride), readout(features_ * stride);
  for (std::int64_t i = 0; i < rank; ++i) {
    const double factor = filter(singular_values_[static_cast<std::size_t>(i)], step);
    for (std::int64_t k = 0; k < stride; ++k)
      scaled.data()[i * stride + k] = projections_.data()[i * stride + k] * factor;
  }
  fused::kernels<double>().matmul({features_, layout_.outputs, rank, directions_.data(), 1,
                                   fused::padded<double>(features_), scaled.data(), stride, nullptr, readout.data(),
                                   stride});
  const fused::TensorSlot& weight = *layout_.find("readout.weight");
  const std::int64_t bias = layout_.offset("readout.bias");
  for (std::int64_t f = 0; f < features_; ++f)
    std::copy_n(readout.data() + f * stride, layout_.outputs,
                parameters + (f < weight.rows ? weight.offset + f * weight.stride : bias));
}

template class ClosedForm<float>;
template class ClosedForm<double>;

}  // namespace descent::engine
