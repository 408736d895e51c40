#pragma once
// A mixture of experts (Jacobs et al. 1991): networks of equal shape and a gate whose softmax weighs them example by
// example, all of them or the top_k with the largest gates (Shazeer et al. 2017). With the loss cross_entropy the
// experts' probabilities are mixed and the outputs are their logarithms; with mse the experts' outputs are mixed.

#include <memory>
#include <vector>

#include "fused/mlp.h"

namespace descent::fused {

template <class T>
class Mixture final : public Network<T> {
 public:
  Mixture(const config::Model& model, config::LossKind loss, const Layout& layout, std::int64_t max_rows,
          std::int64_t threads = 1);

  T* logits_gradient() override { return gradient_.data(); }
  bool has_own_loss() const override { return std_.has_value(); }
  LossSum own_loss(const T* targets, std::int64_t rows) override;
  void backward(const T* x, std::int64_t rows, const T* parameters, T* gradient, const StepRandomness& randomness) override;
  void keep_activations(bool keep) override;
  std::vector<ActivationView<T>> activations() const override;

 private:
  // A part of the mixture, its tensors among those of the whole.
  struct Member {
    std::string name;
    Layout layout;
    std::int64_t offset;  // in the parameters
    std::unique_ptr<Mlp<T>> network;
    const T* outputs = nullptr;           // [B, stride] of the last pass
    // [B, stride], where probabilities are mixed: of the classes, and the expert's share in that of the mixture
    Buffer<T> log_probability, probability, share;
  };
  const T* run(const T* x, const Context<T>& context) override;
  std::vector<Member*> members();  // the gate, then the experts
  Member make_member(const std::string& name, const config::Model& model, std::int64_t outputs, std::int64_t max_rows,
                     std::int64_t threads);
  void compute_gates(std::int64_t rows);
  void mix_outputs(std::int64_t rows);
  void mix_probabilities(std::int64_t rows);
  void clear_gradients(std::int64_t rows);
  void mixture_backward(std::int64_t rows);
  void balance_load(std::int64_t rows);
  std::size_t at(std::int64_t row, std::size_t expert) const {  // in [B, experts] padded
    return static_cast<std::size_t>(row * gate_.layout.output_stride) + expert;
  }

  const Kernels<T>& kernels_;
  const Layout layout_;
  const bool mixes_probabilities_;
  const std::optional<double> std_;
  const std::int64_t top_k_;
  const double load_balancing_;
  Member gate_;
  std::vector<Member> experts_;
  Buffer<T> logits_, gates_, log_gates_;               // [B, experts] padded
  Buffer<T> outputs_, gradient_, largest_, shifted_;  // [B, K] padded
  std::int64_t rows_ = 0;
  bool own_ = false;  // own_loss() has left the gradients of the experts and the gate
  bool has_gradient_ = false;
};

}  // namespace descent::fused
