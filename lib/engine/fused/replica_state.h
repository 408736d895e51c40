#pragma once
// One network of a stack: its data, its parameters and its training steps.

#include <array>
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

// Buffers that the replicas of a stack use in turn, so that they stay in the cache.
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
               std::shared_ptr<InputCache> inputs);

  std::optional<std::int64_t> advance(std::int64_t until);
  SplitLoss evaluate(config::Split split);
  at::Tensor predict(config::Split split);

  double weight_norm() const;
  std::vector<NamedTensor> tensors() const;
  void take_snapshot();
  void restore_snapshot();
  std::unique_ptr<Observation> observe();

  // Writes to or reads from a checkpoint.
  template <class Archive> void archive(Archive& ar);

  const Replica replica;
  std::int64_t step = 0;
  std::optional<double> gradient_norm;
  std::vector<double> update_ratios;  // of the last step, by weight tensor; empty at step 0

 private:
  // Calls visit(start, size, outputs) for consecutive examples in evaluation mode, outputs [size, K] padded.
  template <class Visit> void for_each_output(config::Split split, const Visit& visit);
  const T* average_of_masks(config::Split split, std::int64_t start, std::int64_t rows, const T* x);
  void gather(std::span<const std::int32_t> batch);
  void update(std::int64_t until);
  void step_optimizer(std::int64_t begin, std::int64_t count, double lr, double weight_decay);
  struct Examples {
    const data::Part& part;
    std::shared_ptr<const at::Tensor> inputs;  // [N, F], rows padded to the layout's stride
    const T* rows() const { return inputs->template const_data_ptr<T>(); }
  };
  Examples examples_of(const data::Part& part) const;
  const Examples& examples(config::Split split) const { return examples_[static_cast<std::size_t>(split)]; }

  const fused::Layout& layout_;
  Workspace<T>& workspace_;
  fused::Buffer<T> parameters_, statistics_;  // [P], [S]
  const config::Experiment& experiment_;
  const std::shared_ptr<InputCache> input_cache_;
  const std::array<Examples, 3> examples_;  // by split
  const fused::Kernels<T>& kernels_;
  const std::uint64_t dropout_seed_, depth_seed_;
  BatchOrder order_;
  Loss<T> loss_;
  const Augmenter augmenter_;
  const std::int64_t dropout_samples_;
  const bool measures_updates_;
  std::vector<T> before_;      // the parameters before an update that is measured
  fused::Buffer<T> moments_;   // [moments, P]
  fused::Buffer<T> snapshot_;  // parameters and statistics; empty: none
  fused::Buffer<T> averaged_;
  std::unique_ptr<Evaluator> evaluator_;  // created by the first observe()
};

}  // namespace descent::engine
