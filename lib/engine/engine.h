#pragma once
// The one seam between training and networks: a stack of R networks of equal shapes that can take training steps, be
// evaluated and be observed. lib/train and lib/probe know networks through this header alone.

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
  std::function<double(std::int64_t step)> learning_rate;  // of each 0-based step
};

// Means over the examples of a split, in evaluation mode, without the decay term; of real targets in their units.
struct SplitLoss {
  double loss;
  std::optional<double> error;           // absent in a regression
  std::optional<double> absolute_error;  // in a regression alone: of the outputs
};

// A tensor by its name in files and in PyTorch's layout: "linear0.weight", [out, in] or [out, in, height, width].
struct NamedTensor {
  std::string name;
  at::Tensor values;
};

// What one layer computed for the probe batch.
struct LayerActivation {
  std::string layer;     // "linear3"
  at::Tensor values;     // [rows, features]; of a convolution the rows are [B, height, width]
  double gradient_norm;  // Euclidean, of the gradient of the mean loss in `values`; 0 where the kind has none
};

// The trained weights of one layer.
struct LayerWeights {
  std::string layer;
  bool hidden;                         // its output is an ActivationKind::linear: not the readout
  at::Tensor values;                   // [out, in] or [out, in, height, width]
  double norm;                         // Euclidean
  std::optional<double> update_ratio;  // norm of the last step's change over the norm before it; absent before a step
};

// The inside of one network at one step of its training. It computes in its own buffers: no number of the training
// depends on it. The probe batch are the first `rows` training examples; it is computed in training mode, without
// dropout and stochastic depth, with statistics over the whole batch. Tensors are valid until the next call.
class Observation {
 public:
  virtual ~Observation() = default;

  virtual std::int64_t rows() const = 0;
  virtual std::int64_t blocks() const = 0;  // that ResidualPath speaks of

  // Layer by layer in order of computation; empty for a kind that the network lacks.
  virtual std::vector<LayerActivation> activations(plan::ActivationKind kind) = 0;
  virtual std::vector<LayerWeights> weights() = 0;
  // Norms of the gradient of the mean loss of the probe batch, parallel to weights().
  virtual std::vector<double> weight_gradient_norms() = 0;

  // Norm of the gradient of the mean loss of the first `examples` training examples at the output of the first hidden
  // layer, if it is carried back along these paths, one per block.
  virtual double path_gradient_norm(std::int64_t examples, const std::vector<plan::ResidualPath>& paths) = 0;

  // Error on the test examples, or loss in a regression, of the network with its blocks computed along these paths.
  virtual double test_error(const std::vector<plan::ResidualPath>& paths) = 0;

  // As Engine::tensors().
  virtual std::vector<NamedTensor> tensors() const = 0;
  // [rows, K]: outputs for the probe batch in evaluation mode, of the network with these tensors for its own.
  virtual at::Tensor outputs(const std::vector<NamedTensor>& tensors) = 0;

  // [N, F]: the inputs of all training examples.
  virtual at::Tensor inputs() = 0;
};

class Engine {
 public:
  virtual ~Engine() = default;

  virtual const Replica& replica(std::size_t index) const = 0;

  // Takes training steps of the replicas `active` until each has taken `until`, in any order or at once. A replica
  // whose loss is not finite stays before that step, which is returned; the others have nothing there. With a solver in
  // closed form the weights are computed for the step `until` directly.
  virtual std::vector<std::optional<std::int64_t>> advance(std::span<const std::size_t> active, std::int64_t until) = 0;

  // Steps taken.
  virtual std::int64_t step(std::size_t replica) const = 0;
  // Of the last step; of a closed form by gradient descent its own, of other closed forms none.
  virtual std::optional<double> learning_rate(std::size_t replica) const = 0;
  // Of the last step that advance() took, before clipping; absent before a step.
  virtual std::optional<double> gradient_norm(std::size_t replica) const = 0;
  // Over all weights, without biases and norms.
  virtual double weight_norm(std::size_t replica) const = 0;

  virtual std::vector<SplitLoss> evaluate(std::span<const std::size_t> active, config::Split split) = 0;

  // [N, K] in float64: logarithms of the probabilities of the classes; with squared error the outputs, in their units.
  virtual at::Tensor predict(std::size_t replica, config::Split split) = 0;

  // Parameters, then with them statistics and random features, in order of construction. Copies.
  virtual std::vector<NamedTensor> tensors(std::size_t replica) const = 0;

  // Remembers the tensors of this moment, or makes them the current ones again.
  virtual void keep(std::size_t replica) = 0;
  virtual void restore_kept(std::size_t replica) = 0;

  virtual std::unique_ptr<Observation> observe(std::size_t replica) = 0;

  // No further step will be asked for: frees what only steps need.
  virtual void finish(std::size_t replica) = 0;

  // Everything that the rest of the training depends on, to and from a checkpoint.
  virtual void save(std::size_t replica, core::Writer& writer) = 0;
  virtual void load(std::size_t replica, core::Reader& reader) = 0;
};

// Makes the engines of one session, which share the inputs that they read. Safe to call from several threads.
class Factory {
 public:
  // `note` hears what the user should know, such as networks that do not fit the memory of a device at once. The torch
  // engine trains together with `ranks`; null: alone, on whole batches.
  explicit Factory(std::function<void(const std::string&)> note = {}, std::shared_ptr<class Ranks> ranks = {});
  ~Factory();

  // The replicas have experiments of equal shapes, schedule, precision and threads, and may differ in what
  // plan::pack() lets vary.
  std::unique_ptr<Engine> make(std::vector<Replica> replicas) const;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;  // engines hold it too
};

}  // namespace descent::engine
