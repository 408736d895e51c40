#include "engine/closed_form.h"

#include <ATen/Parallel.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>

namespace descent::engine {
namespace {

using config::SolverKind;

// The bits of a decomposition may depend on the number of threads: sets it to 1 while this object lives.
class OneThread {
 public:
  OneThread() { at::set_num_threads(1); }
  ~OneThread() { at::set_num_threads(previous_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  const int previous_ = at::get_num_threads();
};

}  // namespace

ClosedForm::ClosedForm(const config::Train& train, const at::Tensor& phi, const at::Tensor& y, double epsilon)
    : solver_(train.solver), target_count_(static_cast<double>(y.numel())), lr_(train.optimizer.lr) {
  const torch::NoGradGuard no_grad;
  const OneThread one_thread;
  const auto [u, s, vh] = torch::linalg_svd(phi, false);
  const double largest = s[0].item<double>();
  const double rounding = largest * epsilon * static_cast<double>(std::max(phi.size(0), phi.size(1)));
  const auto rank = (s > rounding).sum().item<std::int64_t>();
  singular_values_ = s.narrow(0, 0, rank);
  directions_ = vh.narrow(0, 0, rank).t();
  projections_ = u.t().matmul(y).narrow(0, 0, rank);
  if (solver_.relative_lr) lr_ = *solver_.relative_lr * target_count_ / (2 * largest * largest);
}

at::Tensor ClosedForm::filter(std::int64_t step) const {
  const at::Tensor& s = singular_values_;
  switch (solver_.kind) {
    case SolverKind::optimizer:
    case SolverKind::least_squares: return 1 / s;
    case SolverKind::ridge: return s / (s.square() + solver_.lambda.value_or(0));
    case SolverKind::gradient_descent: {
      const double t = static_cast<double>(step);
      if (step == 0) return torch::zeros_like(s);
      const at::Tensor shrink = 2 * lr_ / target_count_ * s.square();
      // expm1 and log1p avoid cancellation for small `shrink`.
      return torch::where(shrink < 1, -torch::expm1(t * torch::log1p(-shrink)), 1 - torch::pow(1 - shrink, t)) / s;
    }
  }
  __builtin_unreachable();
}

at::Tensor ClosedForm::readout(std::int64_t step) const {
  const OneThread one_thread;
  return directions_.matmul(filter(step).unsqueeze(1) * projections_);
}

}  // namespace descent::engine
