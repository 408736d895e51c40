#pragma once
// A network as explicit forward and backward passes over padded rows. One workspace serves every replica of a stack in
// turn, so that its activations stay in the cache; parameters and statistics are passed in.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/experiment.h"
#include "fused/kernels/kernels.h"
#include "fused/layout.h"
#include "plan/activations.h"

namespace descent::fused {

// The random numbers of one training step; rate 0 draws nothing.
struct StepRandomness {
  double dropout_rate = 0;
  std::uint64_t dropout_seed = 0, step = 0;
  std::uint64_t depth_seed = 0;  // of stochastic depth
};

// What a pass works with. Prediction leaves the statistics as they are.
template <class T>
struct Context {
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
template <class T>
struct ActivationView {
  std::string name;  // of the layer in files: "linear3"
  ActivationKind kind;
  const T* values;
  const T* gradient;  // of the loss; null unless backward() was the last pass
  std::int64_t rows, features, stride;
};

template <class T>
class Network {
 public:
  Network() = default;
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  virtual ~Network() = default;

  // Training mode. x: [B, F] padded; returns the outputs [B, K] padded. Updates the running statistics.
  const T* forward(const T* x, std::int64_t rows, const T* parameters, T* statistics, const StepRandomness& randomness) {
    return run(x, {rows, parameters, statistics, randomness, true});
  }

  // Where the loss writes its gradient of the outputs, [B, K] padded with zeros.
  virtual T* logits_gradient() = 0;

  // Networks that train with a loss of their own, because the outputs do not suffice for it: the likelihood of a
  // mixture. After forward(), instead of the loss of the outputs: summed over the examples; backward() then follows its
  // mean. targets: [B, K] padded.
  virtual bool has_own_loss() const { return false; }
  virtual LossSum own_loss(const T* /*targets*/, std::int64_t /*rows*/) { return {}; }

  // After forward() and the loss: fills `gradient` [P] for the same x, parameters and randomness.
  virtual void backward(const T* x, std::int64_t rows, const T* parameters, T* gradient,
                        const StepRandomness& randomness) = 0;

  // Evaluation mode: running statistics (batch statistics where the model predicts with them); dropout only where
  // `randomness` asks for it.
  const T* predict(const T* x, std::int64_t rows, const T* parameters, const T* statistics,
                   const StepRandomness& randomness = {}) {
    return run(x, {rows, parameters, const_cast<T*>(statistics), randomness, false});
  }

  // From now on every pass keeps what activations() shows; training does without. Changes no number.
  virtual void keep_activations(bool keep) = 0;

  // Layer by layer what the last pass computed: before and after the activation function, then the output.
  // Valid until the next pass.
  virtual std::vector<ActivationView<T>> activations() const = 0;

  // Blocks that can be skipped: residual ones, or parts of a plain network that keep the shape of their input.
  virtual std::int64_t blocks() const { return 0; }

  // From now on predict() skips the branch of blocks whose path is `shortcut`, and backward() carries the gradient along
  // these paths of the residual blocks. Empty: full everywhere.
  void set_block_paths(std::vector<ResidualPath> paths) { paths_ = std::move(paths); }

 protected:
  virtual const T* run(const T* x, const Context<T>& context) = 0;

  ResidualPath path_of(std::int64_t block) const {
    return block >= 0 && block < std::ssize(paths_) ? paths_[static_cast<std::size_t>(block)] : ResidualPath::full;
  }

 private:
  std::vector<ResidualPath> paths_;
};

// For batches of up to `max_rows` examples, computed by `threads` threads: no number depends on how many. The loss
// decides what a mixture mixes: probabilities or outputs.
template <class T>
std::unique_ptr<Network<T>> make_network(const config::Model& model, const Layout& layout, std::int64_t max_rows,
                                         std::int64_t threads = 1,
                                         config::LossKind loss = config::LossKind::cross_entropy);

}  // namespace descent::fused
