#pragma once
// A network as explicit forward and backward passes over padded rows. One object computes all replicas of a stack in
// turn, so that activations stay in the cache; parameters and statistics are arguments.

#include <cstdint>
#include <memory>

#include "config/experiment.h"
#include "fused/kernels/kernels.h"
#include "fused/layout.h"

namespace descent::fused {

// The random numbers of one training step. dropout_rate 0: no dropout.
struct StepRandomness {
  double dropout_rate = 0;
  std::uint64_t dropout_seed = 0, step = 0;
  std::uint64_t depth_seed = 0;  // for stochastic depth
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
  virtual ~Network() = default;

  // Training mode. x: [B, F] padded; returns the outputs [B, K] padded. Updates the running statistics.
  const T* forward(const T* x, std::int64_t rows, const T* parameters, T* statistics,
                   const StepRandomness& randomness) {
    return run(x, {rows, parameters, statistics, randomness, true});
  }

  // The buffer [B, K], padded with zeros, for the gradient of the loss with respect to the outputs.
  virtual T* logits_gradient() = 0;

  // For a mixture with experts.std, whose loss is not a function of the outputs. Call after forward(): returns the sum
  // over the examples, and backward() then differentiates the mean. targets: [B, K] padded.
  virtual bool has_likelihood() const { return false; }
  virtual LossSum negative_log_likelihood(const T* /*targets*/, std::int64_t /*rows*/) { return {}; }

  // Call after forward() and the loss, with the same x, parameters and randomness: writes the gradient [P].
  virtual void backward(const T* x, std::int64_t rows, const T* parameters, T* gradient,
                        const StepRandomness& randomness) = 0;

  // Evaluation mode: running statistics, unless the model predicts with batch statistics; dropout only if
  // `randomness` has a dropout rate.
  const T* predict(const T* x, std::int64_t rows, const T* parameters, const T* statistics,
                   const StepRandomness& randomness = {}) {
    return run(x, {rows, parameters, const_cast<T*>(statistics), randomness, false});
  }

 protected:
  virtual const T* run(const T* x, const Context<T>& context) = 0;
};

struct NetworkSpec {
  const config::Model& model;
  const Layout& layout;
  std::int64_t max_rows;                                    // largest batch
  std::int64_t threads = 1;                                 // does not affect the results
  config::LossKind loss = config::LossKind::cross_entropy;  // then a mixture mixes probabilities, otherwise outputs
};
template <class T> std::unique_ptr<Network<T>> make_network(const NetworkSpec& spec);

}  // namespace descent::fused
