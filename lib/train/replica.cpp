#include "train/replica.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "core/archive.h"
#include "core/random.h"
#include "fused/init.h"
#include "fused/softmax.h"
#include "plan/layers.h"
#include "train/optimizer.h"

namespace descent::train {
namespace {

// A short row of whole vectors: in line, where a call would take longer than the copy.
template <class T>
void copy_row(const T* from, std::int64_t stride, T* to) {
  constexpr std::size_t vector = 64;
  for (std::int64_t i = 0; i < stride; i += vector / sizeof(T)) std::memcpy(to + i, from + i, vector);
}

bool wants(const config::Evaluate& evaluate, config::Split split) {
  return evaluate.splits.empty() || std::ranges::find(evaluate.splits, split) != evaluate.splits.end();
}

}  // namespace

template <class T>
Replica<T>::Replica(const config::Experiment& experiment, std::int64_t seed, const fused::Layout& layout,
                    data::RunData data, Inputs<T>& inputs, const Slices<T>& slices)
    : experiment_(experiment),
      layout_(layout),
      kernels_(fused::kernels<T>()),
      clock_(make_clock(experiment.train, data.train.size)),
      seed_(seed),
      order_seed_(core::derive_seed(static_cast<std::uint64_t>(seed), core::Purpose::order)),
      dropout_seed_(core::derive_seed(static_cast<std::uint64_t>(seed), core::Purpose::dropout)),
      depth_seed_(core::derive_seed(static_cast<std::uint64_t>(seed), core::Purpose::stochastic_depth)),
      data_(std::move(data)),
      train_(inputs.get(data_.train, data_.features)),
      val_(inputs.get(data_.val, data_.features)),
      test_(inputs.get(data_.test, data_.features)),
      slices_(slices),
      loss_(experiment.train.loss, data_, layout.output_stride,
            std::max(config::batch_size(experiment.train, data_.train.size), evaluation_rows)),
      augmenter_(experiment.data.augmentation, data_.shape, seed),
      monte_carlo_(experiment, seed, data_.outputs, layout.output_stride),
      recorder_(experiment.train.early_stopping,
                plan::parameter_count(plan::layers_of(experiment.model, layout.input, layout.outputs))),
      measures_updates_(asks_for(config::ProbeName::update_ratio)) {
  const std::int64_t rows = config::batch_size(experiment.train, data_.train.size);
  x_ = fused::Buffer<T>(rows * layout.input_stride);
  fused::initialize(layout, experiment.model.init, seed, slices.parameters, slices.statistics);
}

template <class T>
std::span<const std::int32_t> Replica<T>::batch(std::int64_t step) {
  const std::int64_t n = data_.train.size, epoch = step / clock_.steps_per_epoch;
  const std::int64_t rows = config::batch_size(experiment_.train, n);
  if (epoch != order_epoch_) {
    order_epoch_ = epoch;
    if (rows < n) {
      core::Random random(order_seed_, static_cast<std::uint64_t>(epoch));
      core::permute(random, n, order_);
    } else if (order_.empty()) {
      order_.resize(static_cast<std::size_t>(n));
      std::iota(order_.begin(), order_.end(), 0);
    }
  }
  const std::int64_t start = step % clock_.steps_per_epoch * rows;
  return std::span(order_).subspan(static_cast<std::size_t>(start),
                                   static_cast<std::size_t>(std::min(rows, n - start)));
}

template <class T>
void Replica<T>::gather(std::span<const std::int32_t> batch) {
  const std::int64_t stride = layout_.input_stride;
  T* x = x_.data();
  core::Random draws = augmenter_.draws(step_);
  for (std::size_t i = 0; i < batch.size(); ++i, x += stride) {
    const T* example = train_->data() + batch[i] * stride;
    if (augmenter_.active()) augmenter_.apply(draws, example, x);
    else copy_row(example, stride, x);
  }
}

template <class T>
void Replica<T>::advance(fused::Network<T>& network, std::int64_t until) {
  const config::Train& train = experiment_.train;
  if (config::has_closed_form(train)) return solve(until);
  for (; step_ < until && !finished_; ++step_) {
    const auto indices = batch(step_);
    const auto rows = static_cast<std::int64_t>(indices.size());
    gather(indices);
    const fused::Pass pass{experiment_.model.dropout.rate, dropout_seed_, static_cast<std::uint64_t>(step_), depth_seed_};
    const T* logits = network.forward(x_.data(), rows, slices_.parameters, slices_.statistics, pass);
    const fused::LossSum loss = loss_.train(network, data_.train, indices, logits);
    if (!std::isfinite(loss.loss)) {
      recorder_.diverge(step_);
      finished_ = true;
      return;
    }
    network.backward(x_.data(), rows, slices_.parameters, slices_.gradient, pass);
    const std::int64_t count = layout_.parameters;
    if (train.clip_gradient_norm || step_ + 1 == until) {
      gradient_norm_ = std::sqrt(kernels_.square_sum(count, slices_.gradient));
      // As torch.nn.utils.clip_grad_norm_.
      if (train.clip_gradient_norm && *gradient_norm_ + 1e-6 > *train.clip_gradient_norm)
        kernels_.scale(count, static_cast<T>(*train.clip_gradient_norm / (*gradient_norm_ + 1e-6)), slices_.gradient);
    }
    const bool watched = measures_updates_ && step_ + 1 == until;
    if (watched) before_.assign(slices_.parameters, slices_.parameters + count);
    optimizer_step(train.optimizer, learning_rate(train, clock_, step_), step_, layout_, slices_.parameters,
                   static_cast<const T*>(slices_.gradient), slices_.moments);
    if (watched) update_ratios_ = probe::update_ratios<T>(layout_, before_.data(), slices_.parameters);
  }
}

template <class T>
void Replica<T>::solve(std::int64_t step) {
  if (!closed_form_) closed_form_.emplace(experiment_, layout_, train_->data(), data_.train, slices_.statistics);
  closed_form_->write(step, slices_.parameters);
  step_ = step;
}

template <class T>
std::optional<double> Replica<T>::lr() const {
  switch (experiment_.train.solver.kind) {
    case config::SolverKind::optimizer:
      return learning_rate(experiment_.train, clock_, std::max<std::int64_t>(step_ - 1, 0));
    case config::SolverKind::gradient_descent: return closed_form_->lr();
    case config::SolverKind::least_squares:
    case config::SolverKind::ridge: return std::nullopt;
  }
  __builtin_unreachable();
}

template <class T>
template <class Visit>
void Replica<T>::for_each_output(fused::Network<T>& network, config::Split split, const data::Part& part,
                                 const Input<T>& input, const Visit& visit) {
  const bool in_batches = experiment_.model.norm.predict_with == config::PredictWith::batch &&
                          experiment_.model.norm.kind == config::NormKind::batch;
  const std::int64_t rows = in_batches
                                ? std::min(config::batch_size(experiment_.train, data_.train.size), part.size)
                                : evaluation_rows;
  for (std::int64_t start = 0; start < part.size;) {
    std::int64_t size = std::min(rows, part.size - start);
    if (in_batches && part.size - start - size == 1) --size;  // a batch of one has no variance
    const T* x = input->data() + start * layout_.input_stride;
    visit(start, size,
          monte_carlo_.active()
              ? monte_carlo_.predict(network, x, size, slices_.parameters, slices_.statistics, {step_, split, start})
              : network.predict(x, size, slices_.parameters, slices_.statistics));
    start += size;
  }
}

template <class T>
typename Replica<T>::Pass Replica<T>::pass(fused::Network<T>& network, config::Split split, const data::Part& part,
                                           const Input<T>& input) {
  fused::LossSum total;
  for_each_output(network, split, part, input, [&](std::int64_t start, std::int64_t size, const T* outputs) {
    const fused::LossSum sum = loss_.evaluate(part, start, size, outputs);
    total.loss += sum.loss;
    total.errors += sum.errors;
  });
  const auto n = static_cast<double>(part.size);
  const double error = static_cast<double>(total.errors) / n;
  return {total.loss / n, data_.classes > 0 ? std::optional(error) : std::nullopt};
}

template <class T>
store::Predictions Replica<T>::predictions(fused::Network<T>& network) {
  const std::int64_t outputs = data_.outputs, stride = layout_.output_stride;
  const data::Part& test = data_.test;
  store::Predictions result{static_cast<std::size_t>(outputs), {}, test.y, {test.targets.begin(), test.targets.end()}};
  result.values.reserve(static_cast<std::size_t>(test.size * outputs));
  std::vector<double> row(static_cast<std::size_t>(outputs));
  for_each_output(network, config::Split::test, test, test_, [&](std::int64_t, std::int64_t size, const T* logits) {
    for (std::int64_t i = 0; i < size; ++i) {
      row.assign(logits + i * stride, logits + i * stride + outputs);
      if (experiment_.train.loss.kind == config::LossKind::cross_entropy) fused::softmax(row);
      for (const double value : row) result.values.push_back(static_cast<float>(value));
    }
  });
  return result;
}

template <class T>
void Replica<T>::visit(fused::Network<T>& network, const Pause& pause) {
  if (pause.evaluates) evaluate(network);
  if (!experiment_.probes.names.empty()) probe(network, pause.probes);
  visited_step_ = step_;
}

template <class T>
store::Metrics Replica<T>::metrics(fused::Network<T>& network) {
  store::Metrics m;
  const auto measure = [&](config::Split split, const data::Part& part, const Input<T>& input,
                           std::optional<double>& loss, std::optional<double>& error) {
    if (part.size == 0 || !wants(experiment_.train.evaluate, split)) return;
    const Pass result = pass(network, split, part, input);
    loss = result.loss;
    error = result.error;
  };
  measure(config::Split::train, data_.train, train_, m.train_loss, m.train_error);
  measure(config::Split::val, data_.val, val_, m.val_loss, m.val_error);
  measure(config::Split::test, data_.test, test_, m.test_loss, m.test_error);
  return m;
}

template <class T>
void Replica<T>::evaluate(fused::Network<T>& network) {
  store::Evaluation row;
  row.step = step_;
  row.epoch = epoch();
  row.metrics = metrics(network);
  row.lr = lr();
  double squares = 0;
  for (const fused::NamedTensor& tensor : layout_.tensors)
    if (tensor.role == fused::Role::weight)
      squares += kernels_.square_sum(tensor.size(), slices_.parameters + tensor.offset);
  row.weight_norm = std::sqrt(squares);
  row.gradient_norm = gradient_norm_;
  if (recorder_.observe(row)) keep_weights();
  finished_ = recorder_.over() || step_ == clock_.total_steps;
  if (finished_) closed_form_.reset();
}

template <class T>
bool Replica<T>::asks_for(config::ProbeName probe) const {
  const auto& names = experiment_.probes.names;
  return std::ranges::find(names, probe) != names.end();
}

template <class T>
void Replica<T>::keep_weights() {
  if (kept_.size() == 0) kept_ = fused::Buffer<T>(layout_.parameters + layout_.statistics);
  std::copy_n(slices_.parameters, layout_.parameters, kept_.data());
  std::copy_n(slices_.statistics, layout_.statistics, kept_.data() + layout_.parameters);
}

template <class T>
store::RunResult Replica<T>::finish(fused::Network<T>& network, const std::string& run_hash) {
  recorder_.close();
  if (kept_.size() > 0) {
    std::copy_n(kept_.data(), layout_.parameters, slices_.parameters);
    std::copy_n(kept_.data() + layout_.parameters, layout_.statistics, slices_.statistics);
  }
  if (asks_for(config::ProbeName::restored_difference))
    if (const auto& restored = recorder_.summary().early_stopping.restored)
      recorder_.add({epoch(), step_, "restored_difference", "",
                     *recorder_.monitored(metrics(network)) - *recorder_.monitored(restored->metrics)});
  return recorder_.take(run_hash);
}

template <class T>
template <class Archive>
void Replica<T>::archive(Archive& ar) {
  ar(step_);
  ar(visited_step_);
  ar(finished_);
  ar(gradient_norm_);
  for (std::vector<double>* values : {&update_ratios_, &memory_.unit_means, &memory_.unit_sds}) ar(*values);
  recorder_.archive(ar);
  ar.values(std::span(slices_.parameters, static_cast<std::size_t>(layout_.parameters)));
  ar.values(std::span(slices_.statistics, static_cast<std::size_t>(layout_.statistics)));
  ar.values(std::span(slices_.moments, static_cast<std::size_t>(moment_count(experiment_.train.optimizer) *
                                                                layout_.parameters)));
  bool kept = kept_.size() > 0;
  ar(kept);
  if (!kept) return;
  if (kept_.size() == 0) kept_ = fused::Buffer<T>(layout_.parameters + layout_.statistics);
  ar.values(std::span(kept_.data(), static_cast<std::size_t>(kept_.size())));
}

template void Replica<float>::archive(core::Writer&);
template void Replica<float>::archive(core::Reader&);
template void Replica<double>::archive(core::Writer&);
template void Replica<double>::archive(core::Reader&);
template class Replica<float>;
template class Replica<double>;

}  // namespace descent::train
