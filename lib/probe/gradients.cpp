// What flows backward: gradients of the mean loss of the probe batch.

#include <cmath>

#include "fused/kernels/kernels.h"
#include "probe/measures.h"

namespace descent::probe {
template <class T>
void Gradients<T>::gradient_norm(Look<T>& look, const Add& add) {
  for (const fused::NamedTensor& tensor : look.subject.layout.tensors)
    if (tensor.role == fused::Role::weight)
      add(layer_of(tensor), std::sqrt(fused::kernels<T>().square_sum(tensor.size(), look.gradient() + tensor.offset)));
}

template <class T>
void Gradients<T>::signal_gradient_norm(Look<T>& look, const Add& add) {
  for (const auto& view : look.views(fused::ActivationKind::linear)) add(view.name, probe::gradient_norm(view));
}

template <class T>
void Gradients<T>::gradient_ratio(Look<T>& look, const Add& add) {
  const auto views = look.views(fused::ActivationKind::linear);
  if (views.empty()) return;
  if (const double last = probe::gradient_norm(views.back()); last > 0) add("", probe::gradient_norm(views.front()) / last);
}

template struct Gradients<float>;
template struct Gradients<double>;

}  // namespace descent::probe
