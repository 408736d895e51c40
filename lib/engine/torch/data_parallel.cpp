#include "engine/torch/data_parallel.h"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "models/layers.h"

namespace descent::engine {
namespace {

// The sum over the ranks. A value of one rank affects the losses of all, so its gradient is the sum of theirs.
class SumOverRanks : public torch::autograd::Function<SumOverRanks> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& values, Ranks* ranks) {
    context->saved_data["ranks"] = reinterpret_cast<std::int64_t>(ranks);
    return summed(values, *ranks);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    return {summed(gradients[0], *reinterpret_cast<Ranks*>(context->saved_data["ranks"].toInt())), at::Tensor()};
  }

 private:
  static at::Tensor summed(const at::Tensor& values, Ranks& ranks) {
    at::Tensor sum = values.detach().clone();
    ranks.all_reduce(sum);
    return sum;
  }
};

}  // namespace

DataParallel::DataParallel(std::shared_ptr<Ranks> ranks, models::Network& network)
    : ranks_(std::move(ranks)), network_(network) {
  if (!ranks_) return;
  for (const auto& module : network.modules(false))
    if (auto* norm = dynamic_cast<models::NormImpl*>(module.get()); norm && norm->running_mean.defined()) {
      if (norm->is_synchronized())
        norm->synchronize(ranks_->size(), [ranks = ranks_.get()](const at::Tensor& values) {
          return SumOverRanks::apply(values, ranks);
        });
      else running_.insert(running_.end(), {norm->running_mean, norm->running_var});
    }
}

DataParallel::Rows DataParallel::rows(std::int64_t total) const {
  if (!ranks_) return {0, total};
  const std::int64_t count = total / ranks_->size();  // lib/config rejects batch sizes that are not divisible
  return {ranks_->rank() * count, count};
}

Batch DataParallel::part(const Batch& batch) const {
  const auto [first, count] = rows(batch.x.size(1));
  return batch.narrow(1, first, count);
}

at::Tensor DataParallel::reduce(const at::Tensor& losses) {
  if (!ranks_) return losses;
  const torch::NoGradGuard no_grad;
  std::vector<at::Tensor> values, flat;
  for (const at::Tensor& parameter : network_.parameters()) values.push_back(parameter.grad());
  values.push_back(losses.clone());
  for (const at::Tensor& value : values) flat.push_back(value.flatten() / ranks_->size());
  for (const at::Tensor& statistic : running_) {
    values.push_back(statistic);
    flat.push_back(ranks_->is_main() ? statistic.flatten() : torch::zeros_like(statistic).flatten());
  }
  const at::Tensor all = torch::cat(flat);
  ranks_->all_reduce(all);
  std::int64_t offset = 0;
  for (const at::Tensor& value : values) {
    value.copy_(all.narrow(0, offset, value.numel()).view(value.sizes()));
    offset += value.numel();
  }
  return values[values.size() - running_.size() - 1];
}

}  // namespace descent::engine
