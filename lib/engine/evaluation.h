#pragma once
// Rules of evaluation that all engines share.

#include <cstdint>

#include "config/experiment.h"
#include "data/data.h"

namespace descent::engine {

// Rows of an evaluation pass in the fused engine or with random dropout masks: few enough that their activations stay
// in the cache, and a multiple of every register tile of fused/kernels/matmul.h.
inline constexpr std::int64_t evaluation_rows = 96;

// True if batch norm predicts with batch statistics: examples are then evaluated in batches of the training size.
bool predicts_in_batches(const config::Model& model);

// The number of examples, out of `size`, in the pass of up to `rows` that begins at `start`. Batch statistics need two
// examples: if one would remain, this pass leaves a second one to it or, if it has only two, takes it too.
std::int64_t pass_size(const config::Model& model, std::int64_t start, std::int64_t rows, std::int64_t size);

// The random numbers of prediction passes with dropout (Gal and Ghahramani 2016) after `step`. Each pass, beginning at
// example `start`, has a stream of its own; mask i does not depend on the number of samples.
struct PredictionSeed {
  std::uint64_t seed;
  std::uint64_t stream(std::int64_t start, std::int64_t sample) const;
};
PredictionSeed prediction_seed(std::int64_t run_seed, std::int64_t step, config::Split split);

// The number of dropout masks that predictions are averaged over; 0: predictions without dropout.
std::int64_t dropout_samples(const config::Experiment& experiment);

// Size of the probe batch: 1000 or all training examples; fewer if the maps of the convolutions would have more than
// 2^25 elements (with norms, activations and gradients about 1 GiB in float32).
std::int64_t observed_rows(const config::Model& model, const data::RunData& data);

// The model as it is observed: with statistics over the whole probe batch and without stochastic depth.
config::Model observed_model(config::Model model);

}  // namespace descent::engine
