#include "engine/torch/examples.h"

#include <torch/types.h>

#include <algorithm>

#include "fused/kernels/kernels.h"

namespace descent::engine {
namespace {

std::int64_t row_stride(std::int64_t features, const at::TensorOptions& options) {
  if (!options.device().is_cpu()) return features;
  return options.dtype() == at::kDouble ? fused::padded<double>(features) : fused::padded<float>(features);
}

}  // namespace

std::shared_ptr<const at::Tensor> InputCache::get(const data::Part& part, std::int64_t features,
                                                  const at::TensorOptions& options) {
  const std::lock_guard lock(mutex_);
  const auto key = std::tuple(part.x.get(), c10::typeMetaToScalarType(options.dtype()), options.device().str());
  Entry& entry = entries_[key];
  std::shared_ptr<const at::Tensor> tensor = entry.tensor.lock();
  if (tensor && entry.source.lock() == part.x) return tensor;
  const at::Tensor values = torch::from_blob(const_cast<double*>(part.x->data()), {part.size, features}, at::kDouble);
  const at::Tensor rows = torch::zeros({part.size, row_stride(features, options)}, options);
  tensor = std::make_shared<const at::Tensor>(rows.narrow(1, 0, features).copy_(values));
  std::erase_if(entries_, [&](const auto& item) { return item.first != key && item.second.tensor.expired(); });
  entry = {part.x, tensor};
  return tensor;
}

Batch Batch::narrow(std::int64_t dimension, std::int64_t start, std::int64_t length) const {
  const auto narrowed = [&](const at::Tensor& t) { return t.defined() ? t.narrow(dimension, start, length) : t; };
  return {narrowed(x), narrowed(labels), narrowed(targets)};
}

namespace {

// [N, K]: the targets that the network learns.
at::Tensor scaled_targets(const data::RunData& data, const data::Part& part) {
  const at::Tensor targets = torch::empty({part.size, data.outputs}, at::kDouble);
  double* const values = targets.mutable_data_ptr<double>();
  for (std::size_t i = 0; i < part.targets.size(); ++i)
    values[i] = data.target_scaling.apply(part.targets[i], i % static_cast<std::size_t>(data.outputs));
  return targets;
}

}  // namespace

Examples::Examples(const std::vector<const Replica*>& replicas, config::Split split, const at::TensorOptions& options,
                   InputCache& inputs) {
  const data::RunData& data = replicas.front()->data;
  size_ = data.part(split).size;
  if (size_ == 0) return;
  std::vector<at::Tensor> x, labels, targets;
  bool shared = true;
  for (const Replica* replica : replicas) {
    const data::Part& part = replica->data.part(split);
    shared &= part.x == data.part(split).x;
    inputs_.push_back(inputs.get(part, data.features, options));
    x.push_back(*inputs_.back());
    if (data.classes > 0) labels.push_back(torch::tensor(at::ArrayRef<std::int32_t>(part.y), at::kInt).to(at::kLong));
    else targets.push_back(scaled_targets(replica->data, part));
  }
  x_ = shared ? x.front() : torch::stack(x);
  if (!shared) inputs_.clear();
  if (!labels.empty()) labels_ = torch::stack(labels).to(options.device());
  if (!targets.empty()) targets_ = torch::stack(targets).to(options);
  first_ = torch::arange(std::ssize(replicas), options.dtype(at::kLong)).unsqueeze(1) * size_;
}

Batch Examples::rows(std::int64_t start, std::int64_t count) const {
  const std::int64_t replicas = first_.size(0);
  const auto narrowed = [&](const at::Tensor& t) { return t.defined() ? t.narrow(1, start, count) : t; };
  const at::Tensor x = x_.dim() == 2 ? x_.narrow(0, start, count).expand({replicas, count, x_.size(1)}) : narrowed(x_);
  return {x, narrowed(labels_), narrowed(targets_)};
}

Batch Examples::gather(const at::Tensor& indices) const {
  const at::Tensor all_rows = (indices + first_).flatten();
  const auto selected = [&](const at::Tensor& t, const at::Tensor& rows) {
    if (!t.defined()) return t;
    std::vector<std::int64_t> sizes = indices.sizes().vec();
    if (t.dim() == 3) sizes.push_back(t.size(2));
    return t.flatten(0, 1).index_select(0, rows).view(sizes);
  };
  const at::Tensor x = x_.dim() == 2
                           ? x_.index_select(0, indices.flatten()).view({indices.size(0), indices.size(1), -1})
                           : selected(x_, all_rows);
  return {x, selected(labels_, all_rows), selected(targets_, all_rows)};
}

}  // namespace descent::engine
