#include "fused/mixture.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "fused/softmax.h"

namespace descent::fused {

template <class T>
Mixture<T>::Mixture(const config::Model& model, config::LossKind loss, const Layout& layout, std::int64_t max_rows,
                    std::int64_t threads)
    : kernels_(kernels<T>()),
      layout_(layout),
      mixes_probabilities_(loss == config::LossKind::cross_entropy),
      std_(mixes_probabilities_ ? std::nullopt : model.experts.std),
      top_k_(model.gate.top_k.value_or(model.experts.count)),
      load_balancing_(model.gate.load_balancing),
      gate_(make_member("gate", config::gate_model(model), model.experts.count, max_rows, threads)) {
  for (Buffer<T>* buffer : {&logits_, &gates_, &log_gates_}) *buffer = Buffer<T>(max_rows * gate_.layout.output_stride);
  for (Buffer<T>* buffer : {&outputs_, &gradient_, &largest_, &shifted_})
    *buffer = Buffer<T>(max_rows * layout.output_stride);
  for (std::int64_t i = 0; i < model.experts.count; ++i)
    experts_.push_back(make_member("expert" + std::to_string(i), config::expert_model(model), layout.outputs, max_rows,
                                   threads));
}

template <class T>
typename Mixture<T>::Member Mixture<T>::make_member(const std::string& name, const config::Model& model,
                                                    std::int64_t outputs, std::int64_t max_rows,
                                                    std::int64_t threads) {
  Member member;
  member.name = name;
  member.layout = make_layout<T>(model, layout_.input, outputs);
  member.offset = layout_.offset(name + ".linear0.weight");
  member.network = std::make_unique<Mlp<T>>(model, member.layout, max_rows, threads);
  if (mixes_probabilities_)
    for (Buffer<T>* buffer : {&member.log_probability, &member.probability, &member.share})
      *buffer = Buffer<T>(max_rows * member.layout.output_stride);
  return member;
}

// The softmax over the top_k largest logits of each example, the first of equal ones; the others are masked, exactly 0.
template <class T>
void Mixture<T>::compute_gates(std::int64_t rows) {
  const std::int64_t count = gate_.layout.outputs, stride = gate_.layout.output_stride;
  std::copy_n(gate_.outputs, rows * stride, logits_.data());
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  for (std::int64_t r = 0; r < rows && top_k_ < count; ++r) {
    T* row = logits_.data() + r * stride;
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return row[a] > row[b]; });
    for (auto masked = order.begin() + top_k_; masked != order.end(); ++masked)
      row[*masked] = -std::numeric_limits<T>::infinity();
  }
  log_softmax(rows, count, stride, logits_.data(), log_gates_.data(), gates_.data());
}

template <class T>
void Mixture<T>::mix_outputs(std::int64_t rows) {
  const std::int64_t stride = layout_.output_stride;
  std::fill_n(outputs_.data(), rows * stride, T(0));
  for (std::size_t e = 0; e < experts_.size(); ++e)
    for (std::int64_t r = 0; r < rows; ++r) {
      const T gate = gates_.data()[at(r, e)];
      for (std::int64_t c = r * stride; c < (r + 1) * stride; ++c) outputs_.data()[c] += gate * experts_[e].outputs[c];
    }
}

// The logarithm of sum_e gate_e p_e, by the largest term, so that no probability underflows.
template <class T>
void Mixture<T>::mix_probabilities(std::int64_t rows) {
  const std::int64_t stride = layout_.output_stride, cells = rows * stride;
  std::fill_n(largest_.data(), cells, -std::numeric_limits<T>::infinity());
  for (std::size_t e = 0; e < experts_.size(); ++e) {
    Member& expert = experts_[e];
    log_softmax(rows, layout_.outputs, stride, expert.outputs, expert.log_probability.data(), expert.probability.data());
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t c = r * stride; c < (r + 1) * stride; ++c) {
        const T term = log_gates_.data()[at(r, e)] + expert.log_probability.data()[c];
        expert.share.data()[c] = term;
        largest_.data()[c] = std::max(largest_.data()[c], term);
      }
  }
  std::fill_n(outputs_.data(), cells, T(0));
  for (Member& expert : experts_) {
    for (std::int64_t c = 0; c < cells; ++c) shifted_.data()[c] = expert.share.data()[c] - largest_.data()[c];
    kernels_.exponential(cells, shifted_.data(), expert.share.data());
    kernels_.add(cells, outputs_.data(), expert.share.data(), outputs_.data());
  }
  for (Member& expert : experts_)
    for (std::int64_t c = 0; c < cells; ++c) expert.share.data()[c] /= outputs_.data()[c];
  kernels_.logarithm(cells, outputs_.data(), shifted_.data());
  kernels_.add(cells, shifted_.data(), largest_.data(), outputs_.data());
  kernels_.clear_pads(rows, layout_.outputs, stride, outputs_.data());
}

template <class T>
const T* Mixture<T>::run(const T* x, const Context<T>& context) {
  rows_ = context.rows;
  own_ = has_gradient_ = false;
  for (Member* member : members()) {
    const T* parameters = context.parameters + member->offset;
    member->outputs = context.training
                          ? member->network->forward(x, rows_, parameters, context.statistics, context.randomness)
                          : member->network->predict(x, rows_, parameters, context.statistics);
  }
  compute_gates(rows_);
  if (mixes_probabilities_) mix_probabilities(rows_);
  else mix_outputs(rows_);
  return outputs_.data();
}

// -log sum_e gate_e N(y; mu_e, std^2 I), mean over examples in the gradient (Jacobs et al. 1991, equation 1.3). With the
// posterior h_e of the experts: the gradient is h_e (mu_e - y) / std^2 for expert e and gate_e - h_e for its gate.
template <class T>
LossSum Mixture<T>::own_loss(const T* targets, std::int64_t rows) {
  const std::int64_t stride = layout_.output_stride;
  const double precision = 1 / (*std_ * *std_), share = 1 / static_cast<double>(rows);
  const double constant = 0.5 * static_cast<double>(layout_.outputs) * std::log(2 * std::numbers::pi / precision);
  clear_gradients(rows);
  std::vector<double> terms(experts_.size());
  LossSum total;
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::size_t e = 0; e < experts_.size(); ++e) {
      double squares = 0;
      for (std::int64_t c = r * stride; c < r * stride + layout_.outputs; ++c) {
        const double distance = static_cast<double>(experts_[e].outputs[c]) - static_cast<double>(targets[c]);
        squares += distance * distance;
      }
      terms[e] = static_cast<double>(log_gates_.data()[at(r, e)]) - 0.5 * precision * squares;
    }
    const double largest = *std::ranges::max_element(terms);
    double sum = 0;
    for (double& term : terms) sum += term = std::exp(term - largest);
    total.loss += constant - largest - std::log(sum);
    for (std::size_t e = 0; e < experts_.size(); ++e) {
      const double posterior = terms[e] / sum;
      gate_.network->logits_gradient()[at(r, e)] =
          static_cast<T>((static_cast<double>(gates_.data()[at(r, e)]) - posterior) * share);
      const T factor = static_cast<T>(posterior * precision * share);
      T* gradient = experts_[e].network->logits_gradient();
      for (std::int64_t c = r * stride; c < r * stride + layout_.outputs; ++c)
        gradient[c] = (experts_[e].outputs[c] - targets[c]) * factor;
    }
  }
  own_ = true;
  return total;
}

template <class T>
void Mixture<T>::clear_gradients(std::int64_t rows) {
  for (Member* member : members())
    std::fill_n(member->network->logits_gradient(), rows * member->layout.output_stride, T(0));
}

// Of the loss with respect to the experts' outputs and the gate's logits, from that of the mixture's outputs.
template <class T>
void Mixture<T>::mixture_backward(std::int64_t rows) {
  const std::int64_t stride = layout_.output_stride;
  clear_gradients(rows);
  for (std::int64_t r = 0; r < rows; ++r) {
    const T* d = gradient_.data() + r * stride;
    T whole = 0;  // what a change of all gates alike would do
    for (std::int64_t c = 0; c < layout_.outputs; ++c) whole += mixes_probabilities_ ? d[c] : d[c] * outputs_.data()[r * stride + c];
    for (std::size_t e = 0; e < experts_.size(); ++e) {
      const Member& expert = experts_[e];
      const T gate = gates_.data()[at(r, e)];
      const T* output = expert.outputs + r * stride;
      T* gradient = expert.network->logits_gradient() + r * stride;
      T along = 0;
      for (std::int64_t c = 0; c < layout_.outputs; ++c) {
        gradient[c] = d[c] * (mixes_probabilities_ ? expert.share.data()[r * stride + c] : gate);
        along += mixes_probabilities_ ? gradient[c] : gradient[c] * output[c];
      }
      if (mixes_probabilities_)
        for (std::int64_t c = 0; c < layout_.outputs; ++c) gradient[c] -= expert.probability.data()[r * stride + c] * along;
      gate_.network->logits_gradient()[at(r, e)] = along - gate * whole;
    }
  }
}

// The squared coefficient of variation of the experts' importance, their gates summed over the batch (Shazeer et al.
// 2017, equations 6 and 7). The gates of an example sum to 1, so the mean importance is B / experts.
template <class T>
void Mixture<T>::balance_load(std::int64_t rows) {
  const auto count = static_cast<double>(experts_.size()), batch = static_cast<double>(rows);
  std::vector<T> gate_gradient(experts_.size());  // the gradient of each gate
  for (std::size_t e = 0; e < experts_.size(); ++e) {
    double importance = 0;
    for (std::int64_t r = 0; r < rows; ++r) importance += static_cast<double>(gates_.data()[at(r, e)]);
    gate_gradient[e] = static_cast<T>(load_balancing_ * 2 * count * importance / (batch * batch));
  }
  for (std::int64_t r = 0; r < rows; ++r) {
    const T* gates = gates_.data() + at(r, 0);
    const T mean = std::inner_product(gate_gradient.begin(), gate_gradient.end(), gates, T(0));
    for (std::size_t e = 0; e < experts_.size(); ++e)
      gate_.network->logits_gradient()[at(r, e)] += gates[e] * (gate_gradient[e] - mean);
  }
}

template <class T>
void Mixture<T>::backward(const T* x, std::int64_t rows, const T* parameters, T* gradient, const StepRandomness& randomness) {
  if (!own_) mixture_backward(rows);
  if (load_balancing_ > 0) balance_load(rows);
  for (Member* member : members())
    member->network->backward(x, rows, parameters + member->offset, gradient + member->offset, randomness);
  has_gradient_ = true;
}

template <class T>
void Mixture<T>::keep_activations(bool keep) {
  for (Member* member : members()) member->network->keep_activations(keep);
}

template <class T>
std::vector<ActivationView<T>> Mixture<T>::activations() const {
  std::vector<ActivationView<T>> all;
  const auto add = [&](const Member& member) {
    for (ActivationView<T> view : member.network->activations()) {
      view.name = member.name + "." + view.name;
      all.push_back(std::move(view));
    }
  };
  add(gate_);
  all.push_back({"gate", ActivationKind::gate, gates_.data(), nullptr, rows_, gate_.layout.outputs,
                 gate_.layout.output_stride});
  for (const Member& expert : experts_) add(expert);
  all.push_back({"mixture", ActivationKind::output, outputs_.data(), has_gradient_ && !own_ ? gradient_.data() : nullptr,
                 rows_, layout_.outputs, layout_.output_stride});
  return all;
}

template <class T>
std::vector<typename Mixture<T>::Member*> Mixture<T>::members() {
  std::vector<Member*> all{&gate_};
  for (Member& expert : experts_) all.push_back(&expert);
  return all;
}

template class Mixture<float>;
template class Mixture<double>;

}  // namespace descent::fused
