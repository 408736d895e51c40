#pragma once
// The interface between training and networks: a stack of R networks of equal shapes that can take training steps, be
// evaluated and be observed. lib/train and lib/probe use networks only through this header.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/experiment.h"
#include "core/archive.h"
#include "data/data.h"
#include "plan/activations.h"

namespace descent::engine {

struct Replica {
  const config::Experiment* experiment;  // must outlive the engine
  std::int64_t seed;
  data::RunData data;
  std::function<double(std::int64_t step)> learning_rate;  // at a 0-based step
};

// Means over the examples of a split, in evaluation mode, without weight decay; for real targets in their units.
struct SplitLoss {
  double loss;
  std::optional<double> error;           // classification only
  std::optional<double> absolute_error;  // regression only: mean over the outputs
};

// A tensor in PyTorch's layout, with its name in files: "linear0.weight", [out, in] or [out, in, height, width].
struct NamedTensor {
  std::string name;
  at::Tensor values;
};

// What one layer computed for the probe batch.
struct LayerActivation {
  std::string layer;     // "linear3"
  at::Tensor values;     // [rows, features]; for a convolution the rows are [B, height, width]
  double gradient_norm;  // Euclidean norm of d(mean loss) / d(values); 0 for kinds without a gradient
};

// The trained weights of one layer.
struct LayerWeights {
  std::string layer;
  bool hidden;                         // false for the readout
  at::Tensor values;                   // [out, in] or [out, in, height, width]
  double norm;                         // Euclidean
  std::optional<double> update_ratio;  // norm of the last update over that of the weights before; absent at step 0
};

// The internals of one network at one step of its training. Computed on a copy, so that training is not affected. The
// probe batch consists of the first `rows` training examples; passes over it run in training mode, without dropout and
// stochastic depth, with statistics over the whole batch. Tensors are valid until the next call.
class Observation {
 public:
  virtual ~Observation() = default;

  virtual std::int64_t rows() const = 0;
  virtual std::int64_t blocks() const = 0;  // that a ResidualPath applies to

  // In order of computation; empty if the network has none of this kind.
  virtual std::vector<LayerActivation> activations(plan::ActivationKind kind) = 0;
  virtual std::vector<LayerWeights> weights() = 0;
  // Norms of the gradients of the mean loss of the probe batch, in the order of weights().
  virtual std::vector<double> weight_gradient_norms() = 0;

  // Norm of the gradient of the mean loss of the first `examples` training examples at the output of the first hidden
  // layer, back-propagated only along these paths, one per block.
  virtual double path_gradient_norm(std::int64_t examples, const std::vector<plan::ResidualPath>& paths) = 0;

  // Test error, or test loss in regression, of the network with its blocks computed along these paths.
  virtual double test_error(const std::vector<plan::ResidualPath>& paths) = 0;

  // Like Engine::tensors().
  virtual std::vector<NamedTensor> tensors() const = 0;
  // [rows, K]: outputs for the probe batch in evaluation mode, after replacing the tensors of the network by these.
  virtual at::Tensor outputs(const std::vector<NamedTensor>& tensors) = 0;

  // [N, F]: the inputs of all training examples.
  virtual at::Tensor inputs() = 0;
};

class Engine {
 public:
  virtual ~Engine() = default;

  virtual const Replica& replica(std::size_t index) const = 0;

  // Trains the replicas `active` until each has taken `until` steps, in any order or together. A replica whose loss is
  // not finite stops before that step. Returns that step, or nothing, for each of `active`. With a closed-form solver
  // the weights for the step `until` are computed directly.
  virtual std::vector<std::optional<std::int64_t>> advance(std::span<const std::size_t> active, std::int64_t until) = 0;

  // The number of steps taken.
  virtual std::int64_t step(std::size_t replica) const = 0;
  // At the last step; for closed forms absent, except for the solver gradient_descent.
  virtual std::optional<double> learning_rate(std::size_t replica) const = 0;
  // At the last step of the last advance(), before clipping; absent at step 0 and for closed forms.
  virtual std::optional<double> gradient_norm(std::size_t replica) const = 0;
  // Euclidean norm of all weights, without biases and the parameters of norms.
  virtual double weight_norm(std::size_t replica) const = 0;

  virtual std::vector<SplitLoss> evaluate(std::span<const std::size_t> active, config::Split split) = 0;

  // [N, K] float64: logarithms of class probabilities; for squared error the outputs, in the units of the targets.
  virtual at::Tensor predict(std::size_t replica, config::Split split) = 0;

  // Copies of parameters, running statistics and random features, in order of construction.
  virtual std::vector<NamedTensor> tensors(std::size_t replica) const = 0;

  // Stores a copy of the tensors, replacing an earlier one, or restores it if there is one.
  virtual void take_snapshot(std::size_t replica) = 0;
  virtual void restore_snapshot(std::size_t replica) = 0;

  virtual std::unique_ptr<Observation> observe(std::size_t replica) = 0;

  // Declares that no further step follows: frees what only training needs.
  virtual void finish(std::size_t replica) = 0;

  // Write to and read from a checkpoint everything that the rest of the training depends on.
  virtual void save(std::size_t replica, core::Writer& writer) = 0;
  virtual void load(std::size_t replica, core::Reader& reader) = 0;
};

// Creates the engines of one session, which share their input tensors. Thread-safe.
class Factory {
 public:
  // `notify` receives messages for the user, for example if a stack does not fit in the memory of a device. The torch
  // engine trains together with `ranks`; null: in this process alone.
  explicit Factory(std::function<void(const std::string&)> notify = {}, std::shared_ptr<class Ranks> ranks = {});
  ~Factory();

  // The experiments of the replicas may differ only in what plan::pack() allows.
  std::unique_ptr<Engine> make(std::vector<Replica> replicas) const;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;  // also held by the engines
};

}  // namespace descent::engine
