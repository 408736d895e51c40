#pragma once
// One network of a stack: its data, its parameters and the steps that they take.

#include <memory>
#include <optional>
#include <vector>

#include "engine/augment.h"
#include "engine/batch_order.h"
#include "engine/engine.h"
#include "engine/fused/loss.h"
#include "engine/torch/evaluator.h"
#include "fused/network.h"

namespace descent::engine {

// What the replicas of a stack compute in, one after the other, so that it stays in the cache.
template <class T> struct Workspace {
  Workspace(const Replica& replica, const fused::Layout& layout);

  std::unique_ptr<fused::Network<T>> network;
  fused::Buffer<T> batch;     // [B, F]
  fused::Buffer<T> gradient;  // [P]
};

template <class T> class ReplicaState {
 public:
  // `layout` and `workspace` must outlive this.
  ReplicaState(Replica replica, const fused::Layout& layout, Workspace<T>& workspace,
               std::shared_ptr<DeviceInputs> inputs);

  std::optional<std::int64_t> advance(std::int64_t until);
  SplitLoss evaluate(config::Split split);
  at::Tensor predict(config::Split split);

  double weight_norm() const;
  std::vector<NamedTensor> tensors() const;
  void keep();
  void restore_kept();
  std::unique_ptr<Observation> observe();

  // To and from a checkpoint.
  template <class Archive> void archive(Archive& ar);

  const Replica replica;
  std::int64_t step = 0;
  std::optional<double> gradient_norm;
  std::vector<double> update_ratios;  // of the last step, by weight tensor; empty before the first

 private:
  // Visits the outputs [size, K] of consecutive examples in evaluation mode: visit(start, size, outputs).
  template <class Visit> void for_each_output(config::Split split, const Visit& visit);
  const T* average_of_masks(config::Split split, std::int64_t start, std::int64_t rows, const T* x);
  void gather(std::span<const std::int32_t> batch);
  void update(std::int64_t until);
  struct Examples {
    const data::Part& part;
    std::shared_ptr<const at::Tensor> inputs;  // [N, F], rows padded to the layout's stride
    const T* rows() const { return inputs->template const_data_ptr<T>(); }
  };
  Examples examples_of(const data::Part& part) const;
  const Examples& examples(config::Split split) const;

  const fused::Layout& layout_;
  Workspace<T>& workspace_;
  fused::Buffer<T> parameters_, statistics_;  // [P], [S]
  const config::Experiment& experiment_;
  const std::shared_ptr<DeviceInputs> device_inputs_;
  const Examples train_, val_, test_;
  const fused::Kernels<T>& kernels_;
  const std::uint64_t dropout_seed_, depth_seed_;
  BatchOrder order_;
  Loss<T> loss_;
  const Augmenter augmenter_;
  const std::int64_t dropout_samples_;
  const bool measures_updates_;
  std::vector<T> before_;     // the parameters before a step whose update is measured
  fused::Buffer<T> moments_;  // [moments, P]
  fused::Buffer<T> kept_;     // parameters and statistics that restore_kept() brings back
  fused::Buffer<T> averaged_;
  std::unique_ptr<Evaluator> evaluator_;  // of observations, from the first one on
};

}  // namespace descent::engine
