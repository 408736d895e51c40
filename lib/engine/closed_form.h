#pragma once
// Closed-form solutions of linear models: the readout that training converges to, computed directly (train.solver).

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "config/experiment.h"

namespace descent::engine {

// The readout W [F, K] for the features Phi [n, F] of the training examples and targets Y [n, K], from the singular
// value decomposition Phi = U diag(s) V^T as W = V diag(g) U^T Y:
//   least_squares     g = 1/s, the minimum-norm solution
//   ridge             g = s / (s^2 + lambda), which minimizes |Phi W - Y|^2 + lambda |W|^2
//   gradient_descent  g = (1 - (1 - lr r)^t) / s with r = 2 s^2 / (n K): t steps from 0 on the mean squared error
// Singular values below the rounding error count as 0; `epsilon` is that of the precision in which Phi was computed.
class ClosedForm {
 public:
  // phi, y: float64 on the CPU.
  ClosedForm(const config::Train& train, const at::Tensor& phi, const at::Tensor& y, double epsilon);

  at::Tensor readout(std::int64_t step) const;  // [F, K]

  double lr() const { return lr_; }  // for gradient_descent

 private:
  at::Tensor filter(std::int64_t step) const;

  const config::Solver solver_;
  const double target_count_;  // n K
  double lr_;
  at::Tensor singular_values_;  // [rank]
  at::Tensor directions_;       // V: [F, rank]
  at::Tensor projections_;      // U^T Y: [rank, K]
};

}  // namespace descent::engine
