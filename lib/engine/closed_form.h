#pragma once
// Linear models in closed form: the readout that training converges to, computed directly (train.solver).

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "config/experiment.h"

namespace descent::engine {

// The readout W [F, K] of the features Phi [n, F] of the training examples, for targets Y [n, K], by the singular
// values s of Phi = U diag(s) V^T, W = V diag(g) U^T Y:
//   least_squares     g = 1/s, the solution of least norm
//   ridge             g = s / (s^2 + lambda), least |Phi W - Y|^2 + lambda |W|^2
//   gradient_descent  g = (1 - (1 - lr r)^t) / s with r = 2 s^2 / (n K): t steps from 0 on the mean squared error
// Singular values at the level of rounding count as 0: `epsilon` is that of the precision in which Phi was computed.
class ClosedForm {
 public:
  // phi, y: float64 on the CPU.
  ClosedForm(const config::Train& train, const at::Tensor& phi, const at::Tensor& y, double epsilon);

  at::Tensor readout(std::int64_t step) const;  // [F, K]

  double lr() const { return lr_; }  // of gradient descent

 private:
  at::Tensor filter(std::int64_t step) const;

  const config::Solver solver_;
  const double squares_;  // n K
  double lr_;
  at::Tensor singular_values_;  // [rank]
  at::Tensor directions_;       // V: [F, rank]
  at::Tensor projections_;      // U^T Y: [rank, K]
};

}  // namespace descent::engine
