#pragma once
// Mixture of experts.

#include <torch/nn/pimpl.h>

#include <optional>
#include <vector>

#include "models/mlp.h"

namespace descent::models {

// Perceptrons of equal shape and a gate whose softmax weights them for each example (Jacobs et al. 1991), all of them
// or the top_k with the largest gates (Shazeer et al. 2017): [R, B, inputs] -> [R, B, outputs]. With the loss
// cross_entropy the probabilities of the experts are mixed and the outputs are their logarithms; with mse their outputs
// are mixed. Uses experts, gate, activation and init of `model`.
class MixtureOfExpertsImpl final : public Network {
 public:
  MixtureOfExpertsImpl(const config::Model& model, std::int64_t inputs, std::int64_t outputs, std::int64_t replicas = 1,
                       config::LossKind loss = config::LossKind::cross_entropy);
  at::Tensor forward(const at::Tensor& x) override;

  // True if training minimizes negative_log_likelihood() instead of a function of the outputs.
  bool has_likelihood() const { return !mixes_probabilities_ && model_.experts.std.has_value(); }

  // Call after forward(). Returns -log sum_e gate_e N(y; mu_e, std^2 I) of each example, [R, B] (Jacobs et al. 1991,
  // equation 1.3). targets: [R, B, outputs].
  at::Tensor negative_log_likelihood(const at::Tensor& targets) const;

  // Call after forward(). Returns load_balancing times the squared coefficient of variation of importance, the sum of
  // an expert's gates over the batch (Shazeer et al. 2017, equations 6 and 7): [R]; undefined if load_balancing is 0.
  at::Tensor load_balancing() const;

 private:
  at::Tensor run(const std::string& name, Mlp& part, const at::Tensor& x);
  at::Tensor masked(const at::Tensor& logits) const;

  const bool mixes_probabilities_;
  Mlp gate_ = nullptr;
  std::vector<Mlp> experts_;
  at::Tensor log_gates_, outputs_;  // of the last forward(): [R, B, experts], [R, B, experts, outputs]
};
TORCH_MODULE(MixtureOfExperts);

}  // namespace descent::models
