// What flows backward: gradients of the mean loss of the probe batch.

#include <cmath>

#include "nn/kernels/kernels.h"
#include "probe/measures.h"

namespace descent::probe {
namespace {

template <class T>
double norm_of_gradient(const nn::ActivationView<T>& view) {
  return std::sqrt(nn::kernels<T>().square_sum(view.rows * view.stride, view.gradient));  // pads are zero
}

}  // namespace

template <class T>
void Gradients<T>::gradient_norm(Look<T>& look, const Add& add) {
  for (const nn::NamedTensor& tensor : look.subject.layout.tensors)
    if (tensor.role == nn::Role::weight)
      add(layer_of(tensor), std::sqrt(nn::kernels<T>().square_sum(tensor.size(), look.gradient() + tensor.offset)));
}

template <class T>
void Gradients<T>::signal_gradient_norm(Look<T>& look, const Add& add) {
  for (const auto& view : look.views(nn::ActivationKind::linear)) add(view.name, norm_of_gradient(view));
}

template <class T>
void Gradients<T>::gradient_ratio(Look<T>& look, const Add& add) {
  const auto views = look.views(nn::ActivationKind::linear);
  if (views.empty()) return;
  if (const double last = norm_of_gradient(views.back()); last > 0) add("", norm_of_gradient(views.front()) / last);
}

template struct Gradients<float>;
template struct Gradients<double>;

}  // namespace descent::probe
