#pragma once
// A network as explicit forward and backward passes over padded rows. One object serves every replica of a stack in
// turn, so that its activations stay in the cache; parameters and statistics are arguments.

#include <cstdint>
#include <memory>

#include "config/experiment.h"
#include "fused/kernels/kernels.h"
#include "fused/layout.h"

namespace descent::fused {

// The random numbers of one training step; rate 0: no dropout.
struct StepRandomness {
  double dropout_rate = 0;
  std::uint64_t dropout_seed = 0, step = 0;
  std::uint64_t depth_seed = 0;  // of stochastic depth
};

// The arguments of a pass. Only training changes the statistics.
template <class T> struct Context {
  std::int64_t rows;    // B
  const T* parameters;  // [P]
  T* statistics;        // [S]
  const StepRandomness& randomness;
  bool training;
};

template <class T> class Network {
 public:
  Network() = default;
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  virtual ~Network() = default;

  // Training mode. x: [B, F] padded; returns the outputs [B, K] padded. Updates the running statistics.
  const T* forward(const T* x, std::int64_t rows, const T* parameters, T* statistics,
                   const StepRandomness& randomness) {
    return run(x, {rows, parameters, statistics, randomness, true});
  }

  // Where the loss writes its gradient of the outputs, [B, K] padded with zeros.
  virtual T* logits_gradient() = 0;

  // Networks whose loss is not a function of the outputs: the likelihood of a mixture. After forward(): the loss,
  // summed over the examples; backward() then differentiates its mean. targets: [B, K] padded.
  virtual bool has_own_loss() const { return false; }
  virtual LossSum own_loss(const T* /*targets*/, std::int64_t /*rows*/) { return {}; }

  // After forward() and the loss, with the same x, parameters and randomness: writes the gradient [P].
  virtual void backward(const T* x, std::int64_t rows, const T* parameters, T* gradient,
                        const StepRandomness& randomness) = 0;

  // Evaluation mode: running statistics, unless the model predicts with those of the batch; dropout only with a rate in
  // `randomness`.
  const T* predict(const T* x, std::int64_t rows, const T* parameters, const T* statistics,
                   const StepRandomness& randomness = {}) {
    return run(x, {rows, parameters, const_cast<T*>(statistics), randomness, false});
  }

 protected:
  virtual const T* run(const T* x, const Context<T>& context) = 0;
};

// For batches of up to `max_rows` examples; no number depends on `threads`. With `loss` cross_entropy a mixture mixes
// probabilities, otherwise outputs.
template <class T>
std::unique_ptr<Network<T>> make_network(const config::Model& model, const Layout& layout, std::int64_t max_rows,
                                         std::int64_t threads = 1,
                                         config::LossKind loss = config::LossKind::cross_entropy);

}  // namespace descent::fused
