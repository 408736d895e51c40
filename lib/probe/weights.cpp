// The weights themselves, and the inputs that the first of them meet.

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linalg_eigvalsh.h>
#include <ATen/ops/linalg_svdvals.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "fused/kernels/kernels.h"
#include "probe/measures.h"

namespace descent::probe {
namespace {

// [rows, columns] without pads, in double precision.
template <class T>
at::Tensor dense(const T* values, std::int64_t rows, std::int64_t columns, std::int64_t stride) {
  at::Tensor matrix = at::empty({rows, columns}, at::TensorOptions().dtype(at::kDouble));
  for (std::int64_t r = 0; r < rows; ++r)
    std::copy_n(values + r * stride, columns, matrix.mutable_data_ptr<double>() + r * columns);
  return matrix;
}

// The weights into hidden layers, [in, units], of a convolution [height * width * in, filters].
template <class T, class Use>
void for_each_hidden_weight(const Look<T>& look, Use use) {
  for (const fused::ActivationView<T>& view : look.all_views())
    if (view.kind == fused::ActivationKind::linear) use(*look.subject.layout.find(view.name + ".weight"));
}

}  // namespace

template <class T>
std::vector<double> update_ratios(const fused::Layout& layout, const T* before, const T* after) {
  std::vector<double> ratios;
  for (const fused::NamedTensor& tensor : layout.tensors) {
    if (tensor.role != fused::Role::weight) continue;
    double change = 0, norm = 0;
    for (std::int64_t i = tensor.offset; i < tensor.offset + tensor.size(); ++i) {
      const double old = before[i], difference = after[i] - old;
      change += difference * difference;
      norm += old * old;
    }
    ratios.push_back(change == 0 ? 0 : std::sqrt(change / norm));
  }
  return ratios;
}

template std::vector<double> update_ratios(const fused::Layout&, const float*, const float*);
template std::vector<double> update_ratios(const fused::Layout&, const double*, const double*);

template <class T>
void Weights<T>::weight_norm(Look<T>& look, const Add& add) {
  for (const fused::NamedTensor& tensor : look.subject.layout.tensors)
    if (tensor.role == fused::Role::weight)
      add(layer_of(tensor),
          std::sqrt(fused::kernels<T>().square_sum(tensor.size(), look.subject.parameters + tensor.offset)));
}

template <class T>
void Weights<T>::update_ratio(Look<T>& look, const Add& add) {
  std::size_t i = 0;
  if (look.subject.update_ratios.empty()) return;  // no step yet
  for (const fused::NamedTensor& tensor : look.subject.layout.tensors)
    if (tensor.role == fused::Role::weight) add(layer_of(tensor), look.subject.update_ratios[i++]);
}

template <class T>
void Weights<T>::unit_distance(Look<T>& look, const Add& add) {
  for_each_hidden_weight(look, [&](const fused::NamedTensor& tensor) {
    const T* w = look.subject.parameters + tensor.offset;
    T largest = 0;
    for (std::int64_t r = 0; r < tensor.rows; ++r) {
      const auto [low, high] = std::minmax_element(w + r * tensor.stride, w + r * tensor.stride + tensor.columns);
      largest = std::max(largest, *high - *low);
    }
    add(layer_of(tensor), static_cast<double>(largest));
  });
}

template <class T>
void Weights<T>::weight_rank(Look<T>& look, const Add& add) {
  const c10::InferenceMode no_autograd;
  for_each_hidden_weight(look, [&](const fused::NamedTensor& tensor) {
    const at::Tensor values = at::linalg_svdvals(
        dense(look.subject.parameters + tensor.offset, tensor.rows, tensor.columns, tensor.stride));
    const double* s = values.const_data_ptr<double>();
    const double tolerance = s[0] * static_cast<double>(std::max(tensor.rows, tensor.columns)) *
                             static_cast<double>(std::numeric_limits<T>::epsilon());
    const auto rank = std::count_if(s, s + values.numel(), [&](double v) { return v > tolerance; });
    add(layer_of(tensor), static_cast<double>(rank));
  });
}

template <class T>
void Weights<T>::input_condition(Look<T>& look, const Add& add) {
  const c10::InferenceMode no_autograd;
  const fused::Layout& layout = look.subject.layout;
  const at::Tensor x = dense(look.subject.x, look.subject.train_size, layout.features, layout.input_stride);
  const at::Tensor values = at::linalg_eigvalsh(x.t().matmul(x));
  const double* ascending = values.const_data_ptr<double>();
  const double largest = ascending[layout.features - 1];
  const double floor = largest * static_cast<double>(layout.features) * std::numeric_limits<double>::epsilon();
  add("", ascending[0] > floor ? largest / ascending[0] : std::numeric_limits<double>::infinity());
}

template struct Weights<float>;
template struct Weights<double>;

}  // namespace descent::probe
