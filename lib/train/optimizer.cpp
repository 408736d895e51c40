#include "train/optimizer.h"

namespace descent::train {

using config::OptimizerName;

std::int64_t moment_count(const config::Optimizer& optimizer) {
  switch (optimizer.name) {
    case OptimizerName::sgd: return optimizer.momentum != 0 ? 1 : 0;
    case OptimizerName::adam:
    case OptimizerName::adamw: return 2;
  }
  __builtin_unreachable();
}

template <class T>
void optimizer_step(const config::Optimizer& optimizer, double lr, std::int64_t step, std::int64_t count,
                    T* parameters, const T* gradient, T* moments) {
  const nn::Kernels<T>& kernels = nn::kernels<T>();
  switch (optimizer.name) {
    case OptimizerName::sgd:
      return kernels.sgd(count, {lr, optimizer.momentum, optimizer.weight_decay, optimizer.nesterov, step == 0},
                         parameters, gradient, moments);
    case OptimizerName::adam:
    case OptimizerName::adamw:
      return kernels.adam(count,
                          {lr, optimizer.betas[0], optimizer.betas[1], optimizer.eps, optimizer.weight_decay,
                           optimizer.name == OptimizerName::adamw, step + 1},
                          parameters, gradient, moments, moments + count);
  }
}

template void optimizer_step<float>(const config::Optimizer&, double, std::int64_t, std::int64_t, float*, const float*,
                                    float*);
template void optimizer_step<double>(const config::Optimizer&, double, std::int64_t, std::int64_t, double*,
                                     const double*, double*);

}  // namespace descent::train
