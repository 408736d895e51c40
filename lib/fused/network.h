#pragma once
// What training and probes see of a network: explicit forward and backward passes over padded rows. One workspace
// serves every replica of a stack in turn, so that its activations stay in the cache; parameters and statistics are
// passed in.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/experiment.h"
#include "fused/kernels/kernels.h"
#include "fused/layout.h"

namespace descent::fused {

// The random numbers of one training step; rate 0 draws nothing.
struct Pass {
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
  const Pass& pass;
  bool training;
};

// linear: what a linear map puts out, with what a layer of a residual perceptron adds to it; of a convolution its own
// output, before norm and shortcut. gate: the weights of a mixture's experts.
enum class ActivationKind { linear, norm_input, pre_activation, activation, gate, output };

// How a block is passed: through its branch and around it, or one of the two.
enum class Way : std::uint8_t { both, around, through };

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
  const T* forward(const T* x, std::int64_t rows, const T* parameters, T* statistics, const Pass& pass) {
    return run(x, {rows, parameters, statistics, pass, true});
  }

  // Where the loss writes its gradient of the outputs, [B, K] padded with zeros.
  virtual T* logits_gradient() = 0;

  // Networks that train with a loss of their own, because the outputs do not suffice for it: the likelihood of a
  // mixture. After forward(), instead of the loss of the outputs: summed over the examples; backward() then follows its
  // mean. targets: [B, K] padded.
  virtual bool has_own_loss() const { return false; }
  virtual LossSum own_loss(const T* /*targets*/, std::int64_t /*rows*/) { return {}; }

  // After forward() and the loss: fills `gradient` [P] for the same x, parameters and pass.
  virtual void backward(const T* x, std::int64_t rows, const T* parameters, T* gradient, const Pass& pass) = 0;

  // Evaluation mode: running statistics (batch statistics where the model predicts with them) and, unless the pass has
  // it, no dropout.
  const T* predict(const T* x, std::int64_t rows, const T* parameters, const T* statistics, const Pass& pass = {}) {
    return run(x, {rows, parameters, const_cast<T*>(statistics), pass, false});
  }

  // From now on every pass leaves what activations() shows; training does without. Changes no number.
  virtual void keep_activations(bool keep) = 0;

  // Layer by layer what the last pass computed: before and after the activation function, then the output.
  // Valid until the next pass.
  virtual std::vector<ActivationView<T>> activations() const = 0;

  // Blocks that can be passed around: residual ones, or parts of a plain network that keep the shape of their input.
  virtual std::int64_t blocks() const { return 0; }

  // From now on predict() leaves out the blocks passed `around`, and backward() follows the ways of the gradient through
  // residual blocks; none: both everywhere.
  void pass_blocks(std::vector<Way> ways) { ways_ = std::move(ways); }

 protected:
  virtual const T* run(const T* x, const Context<T>& context) = 0;

  Way way(std::int64_t block) const {
    return block >= 0 && block < std::ssize(ways_) ? ways_[static_cast<std::size_t>(block)] : Way::both;
  }

 private:
  std::vector<Way> ways_;
};

// For batches of up to `max_rows` examples. The loss decides what a mixture mixes: probabilities or outputs.
template <class T>
std::unique_ptr<Network<T>> make_network(const config::Model& model, const Layout& layout, std::int64_t max_rows,
                                         config::LossKind loss = config::LossKind::cross_entropy);

}  // namespace descent::fused
