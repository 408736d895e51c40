#include "engine/fused/optimizer.h"

#include "fused/kernels/kernels.h"

namespace descent::engine {

using config::OptimizerName;

namespace {

// The parameters [begin, begin + count); `total` is the size of each moment buffer.
template <class T>
void update(const config::Optimizer& optimizer, double lr, double weight_decay, std::int64_t step, std::int64_t begin,
            std::int64_t count, std::int64_t total, T* parameters, const T* gradient, T* moments) {
  const fused::Kernels<T>& kernels = fused::kernels<T>();
  switch (optimizer.name) {
    case OptimizerName::sgd:
      return kernels.sgd(count, {lr, optimizer.momentum, weight_decay, optimizer.nesterov, step == 0},
                         parameters + begin, gradient + begin, moments + begin);
    case OptimizerName::adam:
    case OptimizerName::adamw:
      return kernels.adam(count,
                          {lr, optimizer.betas[0], optimizer.betas[1], optimizer.eps, weight_decay,
                           optimizer.name == OptimizerName::adamw, step + 1},
                          parameters + begin, gradient + begin, moments + begin, moments + total + begin);
  }
}

}  // namespace

template <class T>
void optimizer_step(const config::Optimizer& optimizer, double lr, std::int64_t step, const fused::Layout& layout,
                    T* parameters, const T* gradient, T* moments) {
  const std::int64_t total = layout.parameters;
  const double decay = optimizer.weight_decay;
  if (decay == 0 || optimizer.decay_on == config::DecayOn::all)
    return update(optimizer, lr, decay, step, 0, total, total, parameters, gradient, moments);
  for (const fused::TensorSlot& tensor : layout.tensors)
    if (!tensor.is_statistic())
      update(optimizer, lr, tensor.role == fused::TensorRole::weight ? decay : 0, step, tensor.offset, tensor.size(),
             total, parameters, gradient, moments);
}

template void optimizer_step<float>(const config::Optimizer&, double, std::int64_t, const fused::Layout&, float*,
                                    const float*, float*);
template void optimizer_step<double>(const config::Optimizer&, double, std::int64_t, const fused::Layout&, double*,
                                     const double*, double*);

}  // namespace descent::engine
