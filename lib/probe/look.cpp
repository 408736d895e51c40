#include "probe/look.h"

#include <algorithm>
#include <cmath>

#include "probe/measures.h"

namespace descent::probe {

template <class T>
UnitMoments unit_moments(const fused::ActivationView<T>& view, std::int64_t first_row, std::int64_t rows) {
  const auto units = static_cast<std::size_t>(view.features);
  const auto n = static_cast<double>(rows);
  UnitMoments moments{std::vector<double>(units), std::vector<double>(units)};
  const T* begin = view.values + first_row * view.stride;
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::size_t u = 0; u < units; ++u)
      moments.mean[u] += static_cast<double>(begin[r * view.stride + static_cast<std::int64_t>(u)]) / n;
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::size_t u = 0; u < units; ++u) {
      const double d = static_cast<double>(begin[r * view.stride + static_cast<std::int64_t>(u)]) - moments.mean[u];
      moments.sd[u] += d * d / n;
    }
  for (double& sd : moments.sd) sd = std::sqrt(sd);
  return moments;
}

template <class T>
void Look<T>::forward(std::int64_t examples) {
  passed_ = false;
  statistics_ = fused::Buffer<T>(subject.layout.statistics);
  std::copy_n(subject.statistics, subject.layout.statistics, statistics_.data());  // the forward pass moves them
  const T* outputs = network.forward(subject.x, examples, subject.parameters, statistics_.data(), {});
  subject.loss_gradient(network, examples, outputs);
}

template <class T>
void Look<T>::pass() {
  if (passed_) return;
  forward(rows);
  gradient_ = fused::Buffer<T>(subject.layout.parameters);
  network.backward(subject.x, rows, subject.parameters, gradient_.data(), {});
  passed_ = true;
}

template <class T>
std::vector<fused::ActivationView<T>> Look<T>::views(fused::ActivationKind kind) {
  pass();
  std::vector<fused::ActivationView<T>> views = network.activations();
  std::erase_if(views, [&](const fused::ActivationView<T>& view) { return view.kind != kind; });
  return views;
}

template <class T>
const T* Look<T>::gradient() {
  pass();
  return gradient_.data();
}

template <class T>
const T* Look<T>::predict(const T* parameters, const T* statistics) {
  passed_ = false;
  return network.predict(subject.x, rows, parameters, statistics);
}

template <class T>
const PathLengths& Look<T>::paths() {
  if (!paths_) paths_ = path_lengths(*this);
  return *paths_;
}

std::string layer_of(const fused::NamedTensor& tensor) { return tensor.name.substr(0, tensor.name.rfind('.')); }

template UnitMoments unit_moments(const fused::ActivationView<float>&, std::int64_t, std::int64_t);
template UnitMoments unit_moments(const fused::ActivationView<double>&, std::int64_t, std::int64_t);
template class Look<float>;
template class Look<double>;

}  // namespace descent::probe
