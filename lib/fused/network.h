#pragma once
// A network as explicit forward and backward passes over padded rows. One object serves every replica of a stack in
// turn, so that its activations stay in the cache; parameters and statistics are arguments.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/experiment.h"
#include "fused/kernels/kernels.h"
#include "fused/layout.h"
#include "plan/activations.h"

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

using plan::ActivationKind;
using plan::ResidualPath;

// What one layer computed in the last pass: [rows, features], padded to stride. Of a convolution the rows are
// [B, height, width].
template <class T> struct ActivationView {
  std::string name;  // of the layer in files: "linear3"
  ActivationKind kind;
  const T* values;
  const T* gradient;  // of the loss; null unless backward() was the last pass
  std::int64_t rows, features, stride;
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

  // Whether passes keep what activations() returns. Changes no number.
  virtual void keep_activations(bool keep) = 0;

  // Layer by layer what the last pass computed, the output last. Valid until the next pass.
  virtual std::vector<ActivationView<T>> activations() const = 0;

  // The number of blocks that can be skipped: residual ones, or parts of a plain network that keep the shape.
  virtual std::int64_t blocks() const { return 0; }

  // The paths of the next passes: predict() skips the branch of blocks whose path is `shortcut`; backward() carries the
  // gradient along these paths of residual blocks. Empty: full everywhere.
  void set_block_paths(std::vector<ResidualPath> paths) { paths_ = std::move(paths); }

 protected:
  virtual const T* run(const T* x, const Context<T>& context) = 0;

  ResidualPath path_of(std::int64_t block) const {
    return block >= 0 && block < std::ssize(paths_) ? paths_[static_cast<std::size_t>(block)] : ResidualPath::full;
  }

 private:
  std::vector<ResidualPath> paths_;
};

// For batches of up to `max_rows` examples; no number depends on `threads`. With `loss` cross_entropy a mixture mixes
// probabilities, otherwise outputs.
template <class T>
std::unique_ptr<Network<T>> make_network(const config::Model& model, const Layout& layout, std::int64_t max_rows,
                                         std::int64_t threads = 1,
                                         config::LossKind loss = config::LossKind::cross_entropy);

}  // namespace descent::fused
