#include "engine/fused/replica_state.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/random.h"
#include "core/seeds.h"
#include "engine/evaluation.h"
#include "engine/initial_network.h"
#include "engine/torch/observation.h"
#include "fused/softmax.h"
#include "fused/tensors.h"
#include "plan/memory.h"

namespace descent::engine {
namespace {

std::int64_t max_rows(const Replica& replica) {
  return std::max(config::batch_size(replica.experiment->train, replica.data.train.size), evaluation_rows);
}

// For short rows, inline: a call of memcpy would take longer than the copy.
template <class T> void copy_row(const T* from, std::int64_t stride, T* to) {
  constexpr std::size_t vector = 64;
  for (std::int64_t i = 0; i < stride; i += vector / sizeof(T)) std::memcpy(to + i, from + i, vector);
}

// Norm of the update of each weight tensor divided by its norm before; 0 if all weights stayed 0.
template <class T>
std::vector<double> compute_update_ratios(const fused::Layout& layout, const T* before, const T* after) {
  std::vector<double> ratios;
  for (const fused::TensorSlot& tensor : layout.tensors) {
    if (tensor.role != fused::TensorRole::weight) continue;
    double change = 0, norm = 0;
    for (std::int64_t i = tensor.offset; i < tensor.offset + tensor.size(); ++i) {
      const double old = before[i], difference = after[i] - old;
      change += difference * difference;
      norm += old * old;
    }
    ratios.push_back(change == 0 ? 0 : std::sqrt(change / norm));
  }
  return ratios;
}

}  // namespace

template <class T>
Workspace<T>::Workspace(const Replica& replica, const fused::Layout& layout)
    : network(fused::make_network<T>({replica.experiment->model, layout, max_rows(replica),
                                      replica.experiment->train.threads, replica.experiment->train.loss.kind})),
      batch(config::batch_size(replica.experiment->train, replica.data.train.size) * layout.input_stride),
      gradient(layout.parameters) {}

template <class T>
ReplicaState<T>::ReplicaState(Replica source, const fused::Layout& layout, Workspace<T>& workspace,
                              std::shared_ptr<InputCache> inputs)
    : replica(std::move(source)), layout_(layout), workspace_(workspace), parameters_(layout.parameters),
      statistics_(layout.statistics), experiment_(*replica.experiment), input_cache_(std::move(inputs)),
      examples_({examples_of(replica.data.train), examples_of(replica.data.val), examples_of(replica.data.test)}),
      kernels_(fused::kernels<T>()), dropout_seed_(core::derive_seed(replica.seed, core::Purpose::dropout)),
      depth_seed_(core::derive_seed(replica.seed, core::Purpose::stochastic_depth)),
      order_(experiment_.train, replica.data.train.size, replica.seed),
      loss_(experiment_.train.loss, replica.data, layout.output_stride, max_rows(replica)),
      augmenter_(experiment_.data.augmentation, replica.data.shape, replica.seed),
      dropout_samples_(dropout_samples(experiment_)),
      measures_updates_(std::ranges::count(experiment_.probes.names, config::ProbeName::update_ratio) > 0),
      moments_(plan::moment_count(experiment_.train.optimizer) * layout.parameters) {
  for (const models::NamedView& view : initial_network({&replica})->tensors(0)) {
    const fused::TensorSlot& tensor = *layout.find(view.name);
    fused::write_dense(tensor, view.values, tensor.is_statistic() ? statistics_.data() : parameters_.data());
  }
}

template <class T> void ReplicaState<T>::gather(std::span<const std::int32_t> batch) {
  const std::int64_t stride = layout_.input_stride;
  const T* const examples = this->examples(config::Split::train).rows();
  T* x = workspace_.batch.data();
  core::Random draws = augmenter_.random_of(step);
  for (std::size_t i = 0; i < batch.size(); ++i, x += stride) {
    const T* example = examples + batch[i] * stride;
    if (augmenter_.active()) augmenter_.apply(draws, example, x);
    else copy_row(example, stride, x);
  }
}

template <class T> std::optional<std::int64_t> ReplicaState<T>::advance(std::int64_t until) {
  fused::Network<T>& network = *workspace_.network;
  for (; step < until; ++step) {
    const auto indices = order_.batch(step);
    const auto rows = static_cast<std::int64_t>(indices.size());
    gather(indices);
    const fused::StepRandomness randomness{experiment_.model.dropout.rate, dropout_seed_,
                                           static_cast<std::uint64_t>(step), depth_seed_};
    const T* x = workspace_.batch.data();
    const T* outputs = network.forward(x, rows, parameters_.data(), statistics_.data(), randomness);
    if (!std::isfinite(loss_.train(network, replica.data.train, indices, outputs).loss)) return step;
    network.backward(x, rows, parameters_.data(), workspace_.gradient.data(), randomness);
    update(until);
  }
  return std::nullopt;
}

// Clipping, optimizer step and max-norm constraint.
template <class T> void ReplicaState<T>::update(std::int64_t until) {
  const std::int64_t count = layout_.parameters;
  T* const gradient = workspace_.gradient.data();
  const std::optional<double>& max_gradient_norm = experiment_.train.clip_gradient_norm;
  if (max_gradient_norm || step + 1 == until) {
    gradient_norm = std::sqrt(kernels_.square_sum(count, gradient));
    // Like torch.nn.utils.clip_grad_norm_.
    if (max_gradient_norm && *gradient_norm + 1e-6 > *max_gradient_norm)
      kernels_.scale(count, static_cast<T>(*max_gradient_norm / (*gradient_norm + 1e-6)), gradient);
  }
  const bool measured = measures_updates_ && step + 1 == until;
  if (measured) before_.assign(parameters_.data(), parameters_.data() + count);
  const config::Optimizer& optimizer = experiment_.train.optimizer;
  const double lr = replica.learning_rate(step);
  if (optimizer.weight_decay == 0 || optimizer.decay_on == config::DecayOn::all)
    step_optimizer(0, count, lr, optimizer.weight_decay);
  else
    for (const fused::TensorSlot& tensor : layout_.tensors)
      if (!tensor.is_statistic())
        step_optimizer(tensor.offset, tensor.size(), lr,
                       tensor.role == fused::TensorRole::weight ? optimizer.weight_decay : 0);
  if (const double max_norm = experiment_.train.max_norm; max_norm > 0)
    for (const fused::TensorSlot& tensor : layout_.tensors)
      if (tensor.of_hidden_units)
        kernels_.limit_columns(tensor.rows, tensor.stride, static_cast<T>(max_norm),
                               parameters_.data() + tensor.offset);
  if (measured) update_ratios = compute_update_ratios<T>(layout_, before_.data(), parameters_.data());
}

// One step of SGD, Adam or AdamW for the parameters [begin, begin + count).
template <class T>
void ReplicaState<T>::step_optimizer(std::int64_t begin, std::int64_t count, double lr, double weight_decay) {
  using config::OptimizerName;
  const config::Optimizer& optimizer = experiment_.train.optimizer;
  T* const parameters = parameters_.data() + begin;
  const T* const gradient = workspace_.gradient.data() + begin;
  T* const moments = moments_.data() + begin;
  switch (optimizer.name) {
    case OptimizerName::sgd:
      return kernels_.sgd(count, {lr, optimizer.momentum, weight_decay, optimizer.nesterov, step == 0}, parameters,
                          gradient, moments);
    case OptimizerName::adam:
    case OptimizerName::adamw:
      return kernels_.adam(count,
                           {lr, optimizer.betas[0], optimizer.betas[1], optimizer.eps, weight_decay,
                            optimizer.name == OptimizerName::adamw, step + 1},
                           parameters, gradient, moments, moments + layout_.parameters);
  }
}

template <class T> double ReplicaState<T>::weight_norm() const {
  double squares = 0;
  for (const fused::TensorSlot& tensor : layout_.tensors)
    if (tensor.role == fused::TensorRole::weight)
      squares += kernels_.square_sum(tensor.size(), parameters_.data() + tensor.offset);
  return std::sqrt(squares);
}

template <class T> typename ReplicaState<T>::Examples ReplicaState<T>::examples_of(const data::Part& part) const {
  if (part.size == 0) return {part, nullptr};
  return {part, input_cache_->get(part, layout_.features, at::TensorOptions(c10::CppTypeToScalarType<T>::value))};
}

template <class T>
template <class Visit>
void ReplicaState<T>::for_each_output(config::Split split, const Visit& visit) {
  fused::Network<T>& network = *workspace_.network;
  const Examples& all = examples(split);
  const data::Part& part = all.part;
  const std::int64_t rows = predicts_in_batches(experiment_.model)
                                ? std::min(config::batch_size(experiment_.train, replica.data.train.size), part.size)
                                : evaluation_rows;
  for (std::int64_t start = 0; start < part.size;) {
    const std::int64_t size = pass_size(experiment_.model, start, rows, part.size);
    const T* x = all.rows() + start * layout_.input_stride;
    visit(start, size,
          dropout_samples_ > 0 ? average_of_masks(split, start, size, x)
                               : network.predict(x, size, parameters_.data(), statistics_.data()));
    start += size;
  }
}

// [rows, stride]: outputs averaged over random masks; for cross-entropy the logarithms of averaged probabilities.
template <class T>
const T* ReplicaState<T>::average_of_masks(config::Split split, std::int64_t start, std::int64_t rows, const T* x) {
  const std::int64_t count = layout_.outputs, stride = layout_.output_stride;
  const bool probabilities = experiment_.train.loss.kind == config::LossKind::cross_entropy;
  const PredictionSeed passes = prediction_seed(replica.seed, step, split);
  std::vector<double> sums(static_cast<std::size_t>(rows * count)), row;
  for (std::int64_t sample = 0; sample < dropout_samples_; ++sample) {
    const T* outputs =
        workspace_.network->predict(x, rows, parameters_.data(), statistics_.data(),
                                    {experiment_.model.dropout.rate, passes.seed, passes.stream(start, sample)});
    auto sum = sums.begin();
    for (std::int64_t i = 0; i < rows; ++i) {
      row.assign(outputs + i * stride, outputs + i * stride + count);
      if (probabilities) fused::softmax(row);
      for (const double value : row) *sum++ += value;
    }
  }
  if (averaged_.size() < rows * stride) averaged_ = fused::Buffer<T>(rows * stride);
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t k = 0; k < count; ++k) {
      const double mean = sums[static_cast<std::size_t>(i * count + k)] / static_cast<double>(dropout_samples_);
      // Keeps the logarithm finite when a probability underflows; NaN stays NaN.
      const bool tiny = mean < std::numeric_limits<double>::min();
      averaged_.data()[i * stride + k] =
          static_cast<T>(probabilities ? std::log(tiny ? std::numeric_limits<double>::min() : mean) : mean);
    }
  return averaged_.data();
}

template <class T> SplitLoss ReplicaState<T>::evaluate(config::Split split) {
  const data::Part& part = examples(split).part;
  typename Loss<T>::Sum total;
  for_each_output(split, [&](std::int64_t start, std::int64_t size, const T* outputs) {
    const auto sum = loss_.evaluate(part, start, size, outputs);
    total.loss += sum.loss;
    total.errors += sum.errors;
    total.absolute += sum.absolute;
  });
  const auto n = static_cast<double>(part.size);
  if (replica.data.classes > 0) return {total.loss / n, static_cast<double>(total.errors) / n, std::nullopt};
  return {total.loss / n, std::nullopt, total.absolute / n};
}

template <class T> at::Tensor ReplicaState<T>::predict(config::Split split) {
  const std::int64_t outputs = layout_.outputs;
  at::Tensor result = at::empty({examples(split).part.size, outputs}, at::kDouble);
  for_each_output(split, [&](std::int64_t start, std::int64_t size, const T* values) {
    for (std::int64_t i = 0; i < size; ++i) {
      const std::span row(result.mutable_data_ptr<double>() + (start + i) * outputs, static_cast<std::size_t>(outputs));
      std::copy_n(values + i * layout_.output_stride, outputs, row.begin());
      if (experiment_.train.loss.kind == config::LossKind::cross_entropy) fused::log_softmax(row);
      for (std::size_t k = 0; k < row.size(); ++k) row[k] = replica.data.target_scaling.invert(row[k], k);
    }
  });
  return result;
}

template <class T> std::vector<NamedTensor> ReplicaState<T>::tensors() const {
  std::vector<NamedTensor> all;
  for (const fused::TensorSlot& tensor : layout_.tensors)
    all.push_back(
        {tensor.name, fused::dense_tensor(tensor, tensor.is_statistic() ? statistics_.data() : parameters_.data())});
  return all;
}

template <class T> void ReplicaState<T>::take_snapshot() {
  if (snapshot_.size() == 0) snapshot_ = fused::Buffer<T>(layout_.parameters + layout_.statistics);
  std::copy_n(parameters_.data(), layout_.parameters, snapshot_.data());
  std::copy_n(statistics_.data(), layout_.statistics, snapshot_.data() + layout_.parameters);
}

template <class T> void ReplicaState<T>::restore_snapshot() {
  if (snapshot_.size() == 0) return;
  std::copy_n(snapshot_.data(), layout_.parameters, parameters_.data());
  std::copy_n(snapshot_.data() + layout_.parameters, layout_.statistics, statistics_.data());
}

// Uses the LibTorch module of the same network.
template <class T> std::unique_ptr<Observation> ReplicaState<T>::observe() {
  if (!evaluator_)
    evaluator_ = std::make_unique<Evaluator>(
        std::vector<const Replica*>{&replica}, at::TensorOptions(c10::CppTypeToScalarType<T>::value), *input_cache_,
        std::make_shared<StepRandomness>(at::kCPU, false), [this](std::size_t) { return step; });
  return engine::observe({*evaluator_, 0, [this] { return tensors(); }, update_ratios});
}

template <class T> template <class Archive> void ReplicaState<T>::archive(Archive& ar) {
  ar(step);
  ar(gradient_norm);
  ar(update_ratios);
  bool has_snapshot = snapshot_.size() > 0;
  ar(has_snapshot);
  if (has_snapshot && snapshot_.size() == 0) snapshot_ = fused::Buffer<T>(layout_.parameters + layout_.statistics);
  for (fused::Buffer<T>* buffer : {&parameters_, &statistics_, &moments_, &snapshot_})
    ar.values(std::span(buffer->data(), static_cast<std::size_t>(buffer->size())));
}

template void ReplicaState<float>::archive(core::Writer&);
template void ReplicaState<float>::archive(core::Reader&);
template void ReplicaState<double>::archive(core::Writer&);
template void ReplicaState<double>::archive(core::Reader&);
template struct Workspace<float>;
template struct Workspace<double>;
template class ReplicaState<float>;
template class ReplicaState<double>;

}  // namespace descent::engine
