#pragma once
// Linear models in closed form: the readout that training converges to, computed directly (train.solver).

#include <cstdint>
#include <vector>

#include "config/experiment.h"
#include "data/data.h"
#include "fused/buffer.h"
#include "fused/layout.h"

namespace descent::engine {

// The readout W [F, K] of the features Phi [n, F] of the training examples, for targets Y [n, K], by the singular
// values s of Phi = U diag(s) V^T, W = V diag(g) U^T Y:
//   least_squares     g = 1/s, the solution of least norm
//   ridge             g = s / (s^2 + lambda), least |Phi W - Y|^2 + lambda |W|^2
//   gradient_descent  g = (1 - (1 - lr r)^t) / s with r = 2 s^2 / (n K): t steps from 0 on the mean squared error
// An intercept is one more feature, constant 1. Singular values at the level of rounding count as 0. The
// decomposition is computed in double, for any T.
template <class T> class ClosedForm {
 public:
  // x: [n, F] padded; `statistics` holds the random features of the run.
  ClosedForm(const config::Experiment& experiment, const fused::Layout& layout, const T* x, const data::Part& part,
             const T* statistics);

  // Writes the readout after `step` steps into the parameters [P].
  void write(std::int64_t step, T* parameters) const;

  // Of gradient descent.
  double lr() const { return lr_; }

 private:
  double filter(double s, std::int64_t step) const;

  const config::Solver solver_;
  const fused::Layout& layout_;
  const std::int64_t examples_, features_;  // with the intercept
  double lr_;
  std::vector<double> singular_values_;  // [rank]
  fused::Buffer<double> directions_;     // V^T: [rank, F] padded
  fused::Buffer<double> projections_;    // U^T Y: [rank, K] padded
};

}  // namespace descent::engine
