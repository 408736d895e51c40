#pragma once
// One network in a stack: its data, its state and what it leaves behind.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "config/experiment.h"
#include "core/seeds.h"
#include "fused/layout.h"
#include "fused/network.h"
#include "probe/probes.h"
#include "store/results.h"
#include "train/augment.h"
#include "train/closed_form.h"
#include "train/inputs.h"
#include "train/loss.h"
#include "train/monte_carlo.h"
#include "train/recorder.h"
#include "train/schedule.h"

namespace descent::train {

// Rows of an evaluation pass computed together: small enough that their activations stay in the cache, a multiple of
// every register tile of fused/kernels/matmul.h.
inline constexpr std::int64_t evaluation_rows = 96;

// Where a replica's tensors lie in the buffers of its stack.
template <class T>
struct Slices {
  T* parameters;   // [P]
  T* statistics;   // [S]
  T* moments;      // [moments, P]
  T* gradient;     // [P], shared by the stack: used within one step
};

template <class T>
class Replica {
 public:
  Replica(const config::Experiment& experiment, std::int64_t seed, const fused::Layout& layout, data::RunData data,
          Inputs<T>& inputs, const Slices<T>& slices);

  // Takes steps until the step `until` or until the loss is not finite; with a closed form leaps there.
  void advance(fused::Network<T>& network, std::int64_t until);

  // Full passes over the splits; appends to the curve, applies the patience rule.
  void evaluate(fused::Network<T>& network);

  // What the schedule has for the step that is reached: an evaluation, probes, or both.
  void visit(fused::Network<T>& network, const Pause& pause);

  // No further step: the training is over, has stopped or has diverged.
  bool finished() const { return finished_; }
  std::int64_t step() const { return step_; }
  // Of the last visit; -1 before the first.
  std::int64_t visited_step() const { return visited_step_; }

  // After the last evaluation: the summary, and the weights to keep in the slices (restored where asked for).
  store::RunResult finish(fused::Network<T>& network, const std::string& run_hash);

  // Of the test examples, by the weights in the slices.
  store::Predictions predictions(fused::Network<T>& network);

  // To and from a checkpoint: everything that the rest of the training depends on.
  template <class Archive>
  void archive(Archive& ar);

  // Indices of the examples of 0-based `step`, in order.
  std::span<const std::int32_t> batch(std::int64_t step);

  const Slices<T>& slices() const { return slices_; }
  const data::RunData& data() const { return data_; }

 private:
  struct Pass {
    double loss;
    std::optional<double> error;  // absent with real targets
  };
  // Visits the outputs [size, K] of consecutive examples, evaluation mode: visit(start, size, outputs).
  template <class Visit>
  void for_each_output(fused::Network<T>& network, config::Split split, const data::Part& part, const Input<T>& input,
                       const Visit& visit);
  Pass pass(fused::Network<T>& network, config::Split split, const data::Part& part, const Input<T>& input);
  store::Metrics metrics(fused::Network<T>& network);  // of the splits to evaluate
  void probe(fused::Network<T>& network, bool chosen);
  double epoch() const { return static_cast<double>(step_) / static_cast<double>(clock_.steps_per_epoch); }
  void keep_weights();
  void solve(std::int64_t step);
  std::optional<double> lr() const;  // of the last step
  void gather(std::span<const std::int32_t> batch);
  bool asks_for(config::ProbeName probe) const;

  const config::Experiment& experiment_;
  const fused::Layout& layout_;
  const fused::Kernels<T>& kernels_;
  const Clock clock_;
  const std::int64_t seed_;
  const std::uint64_t order_seed_, dropout_seed_, depth_seed_;
  data::RunData data_;
  Input<T> train_, val_, test_;
  Slices<T> slices_;
  Loss<T> loss_;
  const Augmenter augmenter_;
  MonteCarlo<T> monte_carlo_;
  fused::Buffer<T> x_;                  // the batch [B, F]
  std::vector<std::int32_t> order_;  // the permutation of epoch order_epoch_
  std::int64_t order_epoch_ = -1, step_ = 0, visited_step_ = -1;
  std::optional<double> gradient_norm_;
  std::optional<ClosedForm<T>> closed_form_;  // from the first advance() to the last evaluation
  bool finished_ = false;
  Recorder recorder_;
  fused::Buffer<T> kept_;               // parameters and statistics that early stopping will restore
  const bool measures_updates_;
  std::vector<T> before_;            // the parameters before a step whose update is measured
  std::vector<double> update_ratios_;
  probe::Memory memory_;
};

}  // namespace descent::train
