// Mixture of experts (Jacobs et al. 1991): networks of equal shape and a gate whose softmax weights them for each
// example, all of them or the top_k with the largest gates (Shazeer et al. 2017). With the loss cross_entropy the
// probabilities of the experts are mixed and the outputs are their logarithms; with mse their outputs are mixed.

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <span>

#include "fused/buffer.h"
#include "fused/families.h"
#include "fused/softmax.h"

namespace descent::fused {
namespace {

template <class T> class Mixture final : public Network<T> {
 public:
  explicit Mixture(const NetworkSpec& spec)
      : model_(spec.model), layout_(spec.layout), mixes_probabilities_(spec.loss == config::LossKind::cross_entropy) {
    const auto add = [&](const std::string& name, const config::Model& part, std::int64_t outputs) {
      Member& member = members_.emplace_back(
          Member{name, make_layout<T>(part, layout_.input, outputs), layout_.offset(name + ".linear0.weight")});
      member.network = make_mlp<T>({part, member.layout, spec.max_rows, spec.threads, spec.loss});
      if (!mixes_probabilities_) return;
      for (Buffer<T>* buffer : {&member.log_probability, &member.probability, &member.responsibility})
        *buffer = Buffer<T>(spec.max_rows * member.layout.output_stride);
    };
    add("gate", config::gate_model(model_), model_.experts.count);
    for (std::int64_t i = 0; i < model_.experts.count; ++i)
      add("expert" + std::to_string(i), config::expert_model(model_), layout_.outputs);
    for (Buffer<T>* buffer : {&logits_, &gates_, &log_gates_})
      *buffer = Buffer<T>(spec.max_rows * members_[0].layout.output_stride);
    for (Buffer<T>* buffer : {&outputs_, &gradient_, &largest_, &shifted_})
      *buffer = Buffer<T>(spec.max_rows * layout_.output_stride);
  }

  T* logits_gradient() override { return gradient_.data(); }
  bool has_likelihood() const override { return std_.has_value(); }

  // -log sum_e gate_e N(y; mu_e, std^2 I) (Jacobs et al. 1991, equation 1.3). With the posterior h_e of expert e, the
  // gradient with respect to its output is h_e (mu_e - y) / std^2, that of its gate logit gate_e - h_e.
  LossSum negative_log_likelihood(const T* targets, std::int64_t rows) override {
    const std::int64_t stride = layout_.output_stride;
    const double precision = 1 / (*std_ * *std_), scale = 1 / static_cast<double>(rows);
    const double constant = 0.5 * static_cast<double>(layout_.outputs) * std::log(2 * std::numbers::pi / precision);
    clear_gradients(rows);
    std::vector<double> terms(experts().size());
    LossSum total;
    for (std::int64_t r = 0; r < rows; ++r) {
      const std::int64_t begin = r * stride, end = begin + layout_.outputs;
      for (std::size_t e = 0; e < terms.size(); ++e) {
        double squares = 0;
        for (std::int64_t c = begin; c < end; ++c) {
          const double distance = static_cast<double>(experts()[e].outputs[c]) - static_cast<double>(targets[c]);
          squares += distance * distance;
        }
        terms[e] = static_cast<double>(log_gates_.data()[at(r, e)]) - 0.5 * precision * squares;
      }
      const double largest = *std::ranges::max_element(terms);
      double sum = 0;
      for (double& term : terms) sum += term = std::exp(term - largest);
      total.loss += constant - largest - std::log(sum);
      for (std::size_t e = 0; e < terms.size(); ++e) {
        const double posterior = terms[e] / sum;
        gate_gradient()[at(r, e)] = static_cast<T>((static_cast<double>(gates_.data()[at(r, e)]) - posterior) * scale);
        const T factor = static_cast<T>(posterior * precision * scale);
        T* gradient = experts()[e].network->logits_gradient();
        for (std::int64_t c = begin; c < end; ++c) gradient[c] = (experts()[e].outputs[c] - targets[c]) * factor;
      }
    }
    has_gradients_ = true;
    return total;
  }

  void backward(const T* x, std::int64_t rows, const T* parameters, T* gradient,
                const StepRandomness& randomness) override {
    if (!has_gradients_) mixture_backward(rows);
    if (model_.gate.load_balancing > 0) balance_load(rows);
    for (Member& member : members_)
      member.network->backward(x, rows, parameters + member.offset, gradient + member.offset, randomness);
  }

 private:
  // The gate or an expert, with its tensors among those of the mixture.
  struct Member {
    std::string name;
    Layout layout;
    std::int64_t offset;  // in the parameters
    std::unique_ptr<Network<T>> network{};
    const T* outputs = nullptr;  // [B, stride] of the last pass
    // [B, stride], if probabilities are mixed: those of the classes, and the expert's share of the mixture's
    Buffer<T> log_probability{}, probability{}, responsibility{};
  };

  std::span<Member> experts() { return std::span(members_).subspan(1); }
  T* gate_gradient() { return members_[0].network->logits_gradient(); }
  std::size_t at(std::int64_t row, std::size_t expert) const {  // in [B, experts] padded
    return static_cast<std::size_t>(row * members_[0].layout.output_stride) + expert;
  }

  const T* run(const T* x, const Context<T>& context) override {
    rows_ = context.rows;
    has_gradients_ = false;
    for (Member& member : members_) {
      const T* parameters = context.parameters + member.offset;
      member.outputs = context.training
                           ? member.network->forward(x, rows_, parameters, context.statistics, context.randomness)
                           : member.network->predict(x, rows_, parameters, context.statistics);
    }
    compute_gates(rows_);
    if (mixes_probabilities_) mix_probabilities(rows_);
    else mix_outputs(rows_);
    return outputs_.data();
  }

  // The softmax over the top_k largest logits of each example, the first of equal ones; the other gates are exactly 0.
  void compute_gates(std::int64_t rows) {
    const std::int64_t count = model_.experts.count, top_k = model_.gate.top_k.value_or(count);
    const std::int64_t stride = members_[0].layout.output_stride;
    std::copy_n(members_[0].outputs, rows * stride, logits_.data());
    std::vector<std::int64_t> order(static_cast<std::size_t>(count));
    for (std::int64_t r = 0; r < rows && top_k < count; ++r) {
      T* row = logits_.data() + r * stride;
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return row[a] > row[b]; });
      for (auto masked = order.begin() + top_k; masked != order.end(); ++masked)
        row[*masked] = -std::numeric_limits<T>::infinity();
    }
    log_softmax(rows, count, stride, logits_.data(), log_gates_.data(), gates_.data());
  }

  void mix_outputs(std::int64_t rows) {
    const std::int64_t stride = layout_.output_stride;
    std::fill_n(outputs_.data(), rows * stride, T(0));
    for (std::size_t e = 0; e < experts().size(); ++e)
      for (std::int64_t r = 0; r < rows; ++r) {
        const T gate = gates_.data()[at(r, e)];
        const T* outputs = experts()[e].outputs;
        for (std::int64_t c = r * stride; c < (r + 1) * stride; ++c) outputs_.data()[c] += gate * outputs[c];
      }
  }

  // log sum_e gate_e p_e, with the largest term factored out so that no probability underflows.
  void mix_probabilities(std::int64_t rows) {
    const std::int64_t stride = layout_.output_stride, elements = rows * stride;
    std::fill_n(largest_.data(), elements, -std::numeric_limits<T>::infinity());
    for (std::size_t e = 0; e < experts().size(); ++e) {
      Member& expert = experts()[e];
      T* log_probability = expert.log_probability.data();
      log_softmax(rows, layout_.outputs, stride, expert.outputs, log_probability, expert.probability.data());
      for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = r * stride; c < (r + 1) * stride; ++c) {
          const T term = log_gates_.data()[at(r, e)] + log_probability[c];
          expert.responsibility.data()[c] = term;
          largest_.data()[c] = std::max(largest_.data()[c], term);
        }
    }
    std::fill_n(outputs_.data(), elements, T(0));
    for (Member& expert : experts()) {
      for (std::int64_t c = 0; c < elements; ++c)
        shifted_.data()[c] = expert.responsibility.data()[c] - largest_.data()[c];
      kernels_.exponential(elements, shifted_.data(), expert.responsibility.data());
      kernels_.add(elements, outputs_.data(), expert.responsibility.data(), outputs_.data());
    }
    for (Member& expert : experts())
      for (std::int64_t c = 0; c < elements; ++c) expert.responsibility.data()[c] /= outputs_.data()[c];
    kernels_.logarithm(elements, outputs_.data(), shifted_.data());
    kernels_.add(elements, shifted_.data(), largest_.data(), outputs_.data());
    kernels_.clear_pads(rows, layout_.outputs, stride, outputs_.data());
  }

  void clear_gradients(std::int64_t rows) {
    for (Member& member : members_)
      std::fill_n(member.network->logits_gradient(), rows * member.layout.output_stride, T(0));
  }

  // Gradients of the outputs of the experts and the logits of the gate, from that of the outputs of the mixture.
  void mixture_backward(std::int64_t rows) {
    clear_gradients(rows);
    for (std::int64_t r = 0; r < rows; ++r) {
      const std::int64_t begin = r * layout_.output_stride, end = begin + layout_.outputs;
      const T* d = gradient_.data();
      T weighted_sum = 0;  // of the gradients of the gates, weighted by the gates
      for (std::int64_t c = begin; c < end; ++c)
        weighted_sum += mixes_probabilities_ ? d[c] : d[c] * outputs_.data()[c];
      for (std::size_t e = 0; e < experts().size(); ++e) {
        const Member& expert = experts()[e];
        const T gate = gates_.data()[at(r, e)];
        T* gradient = expert.network->logits_gradient();
        T dot = 0;
        for (std::int64_t c = begin; c < end; ++c) {
          gradient[c] = d[c] * (mixes_probabilities_ ? expert.responsibility.data()[c] : gate);
          dot += mixes_probabilities_ ? gradient[c] : gradient[c] * expert.outputs[c];
        }
        if (mixes_probabilities_)
          for (std::int64_t c = begin; c < end; ++c) gradient[c] -= expert.probability.data()[c] * dot;
        gate_gradient()[at(r, e)] = dot - gate * weighted_sum;
      }
    }
  }

  // Adds the gradient of the squared coefficient of variation of importance, the sum of an expert's gates over the
  // batch (Shazeer et al. 2017, equations 6 and 7). The gates of an example sum to 1, so the mean importance is B /
  // experts.
  void balance_load(std::int64_t rows) {
    const auto count = static_cast<double>(experts().size()), batch = static_cast<double>(rows);
    std::vector<T> gradient(experts().size());  // with respect to the gates
    for (std::size_t e = 0; e < gradient.size(); ++e) {
      double importance = 0;
      for (std::int64_t r = 0; r < rows; ++r) importance += static_cast<double>(gates_.data()[at(r, e)]);
      gradient[e] = static_cast<T>(model_.gate.load_balancing * 2 * count * importance / (batch * batch));
    }
    for (std::int64_t r = 0; r < rows; ++r) {
      const T* gates = gates_.data() + at(r, 0);
      const T mean = std::inner_product(gradient.begin(), gradient.end(), gates, T(0));
      for (std::size_t e = 0; e < gradient.size(); ++e) gate_gradient()[at(r, e)] += gates[e] * (gradient[e] - mean);
    }
  }

  const Kernels<T>& kernels_ = kernels<T>();
  const config::Model model_;
  const Layout layout_;
  const bool mixes_probabilities_;
  const std::optional<double> std_ = mixes_probabilities_ ? std::nullopt : model_.experts.std;
  std::vector<Member> members_;                       // the gate, then the experts
  Buffer<T> logits_, gates_, log_gates_;              // [B, experts] padded
  Buffer<T> outputs_, gradient_, largest_, shifted_;  // [B, K] padded
  std::int64_t rows_ = 0;
  bool has_gradients_ = false;  // of experts and gate, from negative_log_likelihood()
};

}  // namespace

template <class T> std::unique_ptr<Network<T>> make_mixture(const NetworkSpec& spec) {
  return std::make_unique<Mixture<T>>(spec);
}

template std::unique_ptr<Network<float>> make_mixture(const NetworkSpec&);
template std::unique_ptr<Network<double>> make_mixture(const NetworkSpec&);

}  // namespace descent::fused
