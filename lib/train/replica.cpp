#include "train/replica.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/archive.h"
#include "core/random.h"
#include "nn/init.h"
#include "plan/layers.h"
#include "store/archive.h"
#include "train/optimizer.h"

namespace descent::train {
namespace {

using config::Monitor;

store::Moment moment(const store::Evaluation& evaluation) {
  return {evaluation.epoch, evaluation.step, evaluation.metrics};
}

void keep_minimum(std::optional<double>& minimum, std::optional<double>& epoch, const std::optional<double>& value,
                  double now) {
  if (value && (!minimum || *value < *minimum)) {
    minimum = value;
    epoch = now;
  }
}

// `finished`: no evaluation follows.
bool is_moment(config::ProbeMoment at, std::int64_t step, bool finished) {
  switch (at) {
    case config::ProbeMoment::evaluations: return true;
    case config::ProbeMoment::start: return step == 0;
    case config::ProbeMoment::end: return finished;
    case config::ProbeMoment::start_and_end: return step == 0 || finished;
  }
  __builtin_unreachable();
}

bool wants(const config::Evaluate& evaluate, config::Split split) {
  return evaluate.splits.empty() || std::ranges::find(evaluate.splits, split) != evaluate.splits.end();
}

}  // namespace

template <class T>
Replica<T>::Replica(const config::Experiment& experiment, std::int64_t seed, const nn::Layout& layout,
                    data::RunData data, Inputs<T>& inputs, const Slices<T>& slices)
    : experiment_(experiment),
      layout_(layout),
      kernels_(nn::kernels<T>()),
      clock_(make_clock(experiment.train, data.train.size)),
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
      stopping_(experiment.train.early_stopping) {
  const std::int64_t rows = config::batch_size(experiment.train, data_.train.size);
  x_ = nn::Buffer<T>(rows * layout.input_stride);
  nn::initialize(layout, experiment.model.init, seed, slices.parameters, slices.statistics);
  result_.summary.parameters = plan::parameter_count(plan::layers_of(experiment.model, layout.input, layout.outputs));
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
  for (std::size_t i = 0; i < batch.size(); ++i, x += stride) {
    std::copy_n(train_->data() + batch[i] * stride, stride, x);
  }
}

template <class T>
void Replica<T>::advance(nn::Network<T>& network, std::int64_t until) {
  const config::Train& train = experiment_.train;
  for (; step_ < until && !finished_; ++step_) {
    const auto indices = batch(step_);
    const auto rows = static_cast<std::int64_t>(indices.size());
    gather(indices);
    const nn::Pass pass{experiment_.model.dropout.rate, dropout_seed_, static_cast<std::uint64_t>(step_), depth_seed_};
    const T* logits = network.forward(x_.data(), rows, slices_.parameters, slices_.statistics, pass);
    const nn::LossSum loss = loss_.train(data_.train, indices, logits, network.logits_gradient());
    if (!std::isfinite(loss.loss)) return diverge();
    network.backward(x_.data(), rows, slices_.parameters, slices_.gradient, pass);
    const std::int64_t count = layout_.parameters;
    if (train.clip_gradient_norm || step_ + 1 == until) {
      gradient_norm_ = std::sqrt(kernels_.square_sum(count, slices_.gradient));
      // As torch.nn.utils.clip_grad_norm_.
      if (train.clip_gradient_norm && *gradient_norm_ + 1e-6 > *train.clip_gradient_norm)
        kernels_.scale(count, static_cast<T>(*train.clip_gradient_norm / (*gradient_norm_ + 1e-6)), slices_.gradient);
    }
    optimizer_step(train.optimizer, learning_rate(train, clock_, step_), step_, layout_, slices_.parameters,
                   static_cast<const T*>(slices_.gradient), slices_.moments);
  }
}

template <class T>
void Replica<T>::diverge() {
  result_.summary.state = "diverged";
  result_.summary.diverged_step = step_;
  finished_ = true;
}

template <class T>
typename Replica<T>::Pass Replica<T>::pass(nn::Network<T>& network, const data::Part& part, const Input<T>& input) {
  const config::Train& train = experiment_.train;
  const bool in_batches = experiment_.model.norm.predict_with == config::PredictWith::batch &&
                          experiment_.model.norm.kind == config::NormKind::batch;
  const std::int64_t rows = in_batches ? std::min(config::batch_size(train, data_.train.size), part.size)
                                       : evaluation_rows;
  nn::LossSum total;
  for (std::int64_t start = 0; start < part.size;) {
    std::int64_t size = std::min(rows, part.size - start);
    if (in_batches && part.size - start - size == 1) --size;  // a batch of one has no variance
    const T* logits = network.predict(input->data() + start * layout_.input_stride, size, slices_.parameters,
                                      slices_.statistics);
    const nn::LossSum sum = loss_.evaluate(part, start, size, logits);
    total.loss += sum.loss;
    total.errors += sum.errors;
    start += size;
  }
  const auto n = static_cast<double>(part.size);
  const double error = static_cast<double>(total.errors) / n;
  return {total.loss / n, data_.classes > 0 ? std::optional(error) : std::nullopt};
}

template <class T>
void Replica<T>::evaluate(nn::Network<T>& network) {
  store::Evaluation row;
  row.step = step_;
  row.epoch = static_cast<double>(step_) / static_cast<double>(clock_.steps_per_epoch);
  const auto measure = [&](config::Split split, const data::Part& part, const Input<T>& input,
                           std::optional<double>& loss, std::optional<double>& error) {
    if (part.size == 0 || !wants(experiment_.train.evaluate, split)) return;
    const Pass result = pass(network, part, input);
    loss = result.loss;
    error = result.error;
  };
  store::Metrics& m = row.metrics;
  measure(config::Split::train, data_.train, train_, m.train_loss, m.train_error);
  measure(config::Split::val, data_.val, val_, m.val_loss, m.val_error);
  measure(config::Split::test, data_.test, test_, m.test_loss, m.test_error);
  row.lr = learning_rate(experiment_.train, clock_, std::max<std::int64_t>(step_ - 1, 0));
  double squares = 0;
  for (const nn::NamedTensor& tensor : layout_.tensors)
    if (tensor.role == nn::Role::weight)
      squares += kernels_.square_sum(tensor.size(), slices_.parameters + tensor.offset);
  row.weight_norm = std::sqrt(squares);
  row.gradient_norm = gradient_norm_;
  result_.curve.push_back(row);
  observe(row);
  if (is_moment(experiment_.probes.at, step_, finished_)) probe(row);
}

template <class T>
void Replica<T>::probe(const store::Evaluation& row) {
  for (const config::ProbeName name : experiment_.probes.names) {
    const auto add = [&](std::string layer, double value) {
      result_.probes.push_back({row.epoch, row.step, std::string(name_of(name)), std::move(layer), value});
    };
    switch (name) {
      case config::ProbeName::weight_norm:
        for (const nn::NamedTensor& tensor : layout_.tensors)
          if (tensor.role == nn::Role::weight)
            add(tensor.name.substr(0, tensor.name.rfind('.')),
                std::sqrt(kernels_.square_sum(tensor.size(), slices_.parameters + tensor.offset)));
        break;
    }
  }
}

template <class T>
std::optional<double> Replica<T>::monitored(const store::Metrics& metrics) const {
  switch (experiment_.train.early_stopping.monitor) {
    case Monitor::none:
    case Monitor::val_loss: return metrics.val_loss;
    case Monitor::val_error: return metrics.val_error;
    case Monitor::train_loss: return metrics.train_loss;
    case Monitor::train_error: return metrics.train_error;
  }
  __builtin_unreachable();
}

template <class T>
void Replica<T>::keep(const store::Evaluation& row) {
  result_.summary.restored = moment(row);
  if (kept_.size() == 0) kept_ = nn::Buffer<T>(layout_.parameters + layout_.statistics);
  std::copy_n(slices_.parameters, layout_.parameters, kept_.data());
  std::copy_n(slices_.statistics, layout_.statistics, kept_.data() + layout_.parameters);
}

template <class T>
void Replica<T>::observe(const store::Evaluation& row) {
  store::Summary& summary = result_.summary;
  const config::EarlyStopping& rule = experiment_.train.early_stopping;
  const bool on_train = rule.monitor == Monitor::train_loss || rule.monitor == Monitor::train_error;
  const std::optional<double> value = monitored(row.metrics);
  const std::optional<double> validation = on_train ? row.metrics.val_loss : value;
  summary.final = moment(row);
  keep_minimum(summary.min_test_loss, summary.min_test_loss_epoch, row.metrics.test_loss, row.epoch);
  keep_minimum(summary.min_test_error, summary.min_test_error_epoch, row.metrics.test_error, row.epoch);
  if (validation && (!best_value_ || *validation < *best_value_)) {
    best_value_ = validation;
    summary.best = moment(row);
  }
  if (stopping_.active() && !stopping_.stopped()) {
    const EarlyStopping::Verdict verdict = stopping_.observe(value.value());
    if (verdict == EarlyStopping::Verdict::stop) {
      summary.stopped = moment(row);
      summary.stopped_reason = "patience";
      finished_ = rule.stop;
    }
    if (verdict == (rule.restore == config::Restore::best ? EarlyStopping::Verdict::improved
                                                          : EarlyStopping::Verdict::stop))
      keep(row);
  }
  for (const std::optional<double>& loss : {row.metrics.train_loss, row.metrics.val_loss, row.metrics.test_loss})
    if (loss && !std::isfinite(*loss)) diverge();
  if (step_ == clock_.total_steps) finished_ = true;
}

template <class T>
store::RunResult Replica<T>::finish(const std::string& run_hash) {
  store::Summary& summary = result_.summary;
  if (stopping_.active() && !stopping_.stopped()) {
    summary.stopped = summary.final;
    summary.stopped_reason = "end";
    if (experiment_.train.early_stopping.restore == config::Restore::last) summary.restored = summary.final;
  }
  if (kept_.size() > 0) {
    std::copy_n(kept_.data(), layout_.parameters, slices_.parameters);
    std::copy_n(kept_.data() + layout_.parameters, layout_.statistics, slices_.statistics);
  }
  result_.run_hash = run_hash;
  return std::move(result_);
}

template <class T>
template <class Archive>
void Replica<T>::archive(Archive& ar) {
  ar(step_);
  ar(finished_);
  ar(gradient_norm_);
  ar(best_value_);
  stopping_.archive(ar);
  store::archive(ar, result_);
  ar.values(std::span(slices_.parameters, static_cast<std::size_t>(layout_.parameters)));
  ar.values(std::span(slices_.statistics, static_cast<std::size_t>(layout_.statistics)));
  ar.values(std::span(slices_.moments, static_cast<std::size_t>(moment_count(experiment_.train.optimizer) *
                                                                layout_.parameters)));
  bool kept = kept_.size() > 0;
  ar(kept);
  if (!kept) return;
  if (kept_.size() == 0) kept_ = nn::Buffer<T>(layout_.parameters + layout_.statistics);
  ar.values(std::span(kept_.data(), static_cast<std::size_t>(kept_.size())));
}

template void Replica<float>::archive(core::Writer&);
template void Replica<float>::archive(core::Reader&);
template void Replica<double>::archive(core::Writer&);
template void Replica<double>::archive(core::Reader&);
template class Replica<float>;
template class Replica<double>;

}  // namespace descent::train
